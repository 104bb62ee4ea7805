"""Live campaigns → manifests that plan to nothing, and drift → changes of the manifests that are there."""
