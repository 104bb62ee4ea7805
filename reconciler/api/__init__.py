"""The Diabolocom API: endpoints as flows of requests and responses, the closed filter table, and the client."""
