"""The inbox: screens, keys and how they look. The only package that imports textual."""
