"""Finds connectors: packages beside this file, and entry points `schoolwatch.connectors` elsewhere.

A new platform is a new package with a `PLUGIN`; nothing here or anywhere else lists it.
"""

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points

import connectors
from connectors.interface import Plugin


@cache
def plugins() -> dict[str, Plugin]:
    """Every platform by its name in the settings."""
    found = [*_beside_us(), *_from_elsewhere()]
    return {plugin.platform: plugin for plugin in sorted(found, key=lambda plugin: plugin.platform)}


def _beside_us() -> list[Plugin]:
    packages = (module for module in pkgutil.iter_modules(connectors.__path__) if module.ispkg)
    modules = (importlib.import_module(f"connectors.{module.name}") for module in packages)
    return [module.PLUGIN for module in modules if isinstance(getattr(module, "PLUGIN", None), Plugin)]


def _from_elsewhere() -> list[Plugin]:
    loaded = (point.load() for point in entry_points(group="schoolwatch.connectors"))
    return [plugin for plugin in loaded if isinstance(plugin, Plugin)]
