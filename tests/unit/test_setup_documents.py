"""The technician's pages, held against the program that they describe."""

import re
import tomllib
from pathlib import Path

import pytest

from config.schema import Source
from connectors.interface import Plugin
from connectors.registry import plugins

SETUP = Path(__file__).parents[2] / "docs" / "setup"
EXAMPLE = re.compile(r"```toml\n(.*?)```", re.DOTALL)

each_platform = pytest.mark.parametrize("plugin", plugins().values(), ids=plugins().keys())


@each_platform
def test_a_platform_has_a_page_that_names_its_credentials_and_hosts(plugin: Plugin) -> None:
    """Or a technician would be asked for a token and not told where it comes from."""
    page = (SETUP / f"{plugin.platform}.md").read_text()
    wanted = {*plugin.credential_names, *plugin.optional_credentials, *plugin.hosts}
    assert {name for name in wanted if f"`{name}`" not in page} == set()


@each_platform
def test_the_example_on_its_page_is_accepted(plugin: Plugin) -> None:
    """Or a school would copy settings that the program refuses."""
    page = (SETUP / f"{plugin.platform}.md").read_text()
    examples = [tomllib.loads(text)["sources"] for text in EXAMPLE.findall(page)]
    assert examples
    for source in (Source.model_validate(table) for tables in examples for table in tables):
        assert source.platform == plugin.platform
        assert set(plugin.credential_names) <= set(source.credentials)
        assert set(source.credentials) <= {*plugin.credential_names, *plugin.optional_credentials}


@each_platform
def test_the_letter_to_the_filter_names_its_hosts(plugin: Plugin) -> None:
    """Or the filter would go on blocking a platform that the page forgot."""
    letter = (SETUP / "network.md").read_text()
    assert [host for host in plugin.hosts if f"`{host}`" not in letter] == []
