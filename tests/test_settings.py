"""Settings: each read once, from file and environment, a misspelt one refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.errors import BadSetting
from kg.settings import SETTINGS, Settings


def load(tmp_path: Path, text: str = "", **environment: str) -> Settings:
    file = tmp_path / "kg.toml"
    file.write_text(text)
    return Settings.load(environment, file)


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    found = load(tmp_path, 'port = 9000\nhost = "::1"\n', KG_PORT="9001", PATH="/bin")
    assert (found.port, found.host, found.query_timeout) == (9001, "::1", 30)


@pytest.mark.parametrize(
    ("text", "environment", "told"),
    [
        ("prot = 9000", {}, "prot in"),
        ("", {"KG_PROT": "9000"}, "KG_PROT"),
        ("", {"KG_PORT": "many"}, "KG_PORT is 'many'"),
        ("", {"KG_PORT": "70000"}, "between 0 and 65535"),
        ("", {"KG_ENGINE": "localhost:7878"}, "http://"),
        ("", {"KG_BASE": "https://example.org"}, "end with /"),
        ("port = = 1", {}, "not valid TOML"),
    ],
    ids=["misspelt in the file", "misspelt", "no number", "out of range", "no address", "no slash", "no TOML"],
)
def test_a_setting_that_cannot_be_used_is_refused_with_its_name(
    tmp_path: Path, text: str, environment: dict[str, str], told: str
) -> None:
    with pytest.raises(BadSetting, match=told):
        load(tmp_path, text, **environment)


def test_every_setting_is_listed_with_its_help() -> None:
    told = CliRunner().invoke(main, ["settings"], env={}).output
    for setting in SETTINGS:
        assert setting.variable in told
        assert setting.help in told


def test_a_secret_is_not_printed() -> None:
    told = CliRunner().invoke(main, ["settings"], env={"KG_ZOTERO_KEY": "hush-hush"}).output
    assert "hush-hush" not in told
    assert re.search(r"KG_ZOTERO_KEY +\(set\)", told)


def test_a_misspelt_setting_ends_the_command_in_one_sentence() -> None:
    done = CliRunner().invoke(main, ["status"], env={"KG_PROT": "1"})
    assert done.exit_code == 1
    assert "There is no setting KG_PROT." in done.output
