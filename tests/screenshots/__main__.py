"""`make screenshots`: every state of the pages on phone, tablet and desk, in light, dark and forced
colours.

    python -m tests.screenshots
    python -m tests.screenshots held payment

The pictures land in screenshots/. Redis, booking, gateway, workers, mail and Chromium are real;
Kafka is off.
"""

import argparse
import logging
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from cinema import logs
from deploy import ROOT
from tests.screenshots.camera import Camera
from tests.screenshots.scenes import SCENES, SCENES_OF_TIME, Scene
from tests.screenshots.studio import open_studio, write_programme
from tests.support import browser as chromium
from tests.support.system import running_system

FOLDER = ROOT / "screenshots"
SHORT_HOLD = "45"  # seconds: its last third is as long as all pictures of it take

log = logging.getLogger("screenshots")


def play(browser: Browser, scenes: Iterable[Scene], **settings: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "programacao.toml"
        programme = write_programme(file)
        with (
            running_system(
                Path(name), kafka=False, pairs=1, PROGRAMME_FILE=str(file), **settings
            ) as system,
            open_studio(system, browser, Camera(FOLDER), programme) as studio,
        ):
            for scene in scenes:
                log.info("%s ...", scene.__name__.replace("_", " "))
                scene(studio())


def chosen(scenes: Iterable[Scene], names: list[str]) -> list[Scene]:
    """What comes before all others is played always."""
    return [scene for scene in scenes if not names or scene.__name__ in [*names, "evening"]]


def main() -> None:
    everything = [scene.__name__ for scene in (*SCENES, *SCENES_OF_TIME)]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", nargs="*", choices=[[], *everything], metavar="scene")
    names = parser.parse_args().scenes
    logs.configure("screenshots")
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's
    path = chromium.find()
    if path is None:
        sys.exit("no Chromium: `python -m tests.support.browser` installs Debian's")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        play(browser, chosen(SCENES, names))
        play(browser, chosen(SCENES_OF_TIME, names), HOLD_SECONDS=SHORT_HOLD)
    log.info("%d pictures in %s", len(list(FOLDER.glob("*.png"))), FOLDER.name)


if __name__ == "__main__":
    main()
