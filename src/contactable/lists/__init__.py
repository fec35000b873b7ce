"""Lists that come from elsewhere or go elsewhere: imports of oppositions and consents, and scrubbing."""
