"""Planning: desired and live → diff → changes → steps, as one plan that can be saved and reviewed."""
