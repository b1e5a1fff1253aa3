"""Reading platforms: one package a platform, all behind `connectors.interface.Connector`."""
