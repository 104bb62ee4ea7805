"""One file for each part of the API: small generators that yield requests and return decoded answers."""
