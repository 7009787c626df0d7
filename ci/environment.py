"""The one environment in which every referee runs: a venv under `target/`, and none of the caller's AWS settings.

Standard library only: this runs before anything is installed.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

CI = Path(__file__).resolve().parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or CI.parent / "target").resolve()
VENV = TARGET / "referees-venv"
REQUIREMENTS = CI / "requirements.txt"
OLDEST_PYTHON = (3, 11)


def enter():
    """Continue in the venv with a clean environment, making the venv first if it is missing or out of date.

    From here on an interrupted program ends what it started before it ends itself.
    """
    _on_interruption(_exit)
    _make()
    if not os.path.samefile(sys.prefix, VENV):
        # Python finds its venv by the path it is called by.
        os.execv(program("python"), [program("python"), *sys.argv])
    _forget_the_callers_settings()


def program(name):
    """The path of a program that the venv installed, such as `aws`."""
    return str(VENV / "bin" / name)


def _exit(interruption, _frame):
    """Leave by an exception, as Python does not on SIGTERM: then every `finally` runs, and none is interrupted again."""
    # A handler of ours that does nothing: Python complains of a signal that arrives while SIG_IGN is being set.
    _on_interruption(lambda *_: None)
    sys.exit(128 + interruption)


def _on_interruption(handler):
    for interruption in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interruption, handler)


def _make():
    if sys.version_info < OLDEST_PYTHON:
        sys.exit("the referees need Python {}.{} or newer, this is {}".format(*OLDEST_PYTHON, sys.version.split()[0]))
    TARGET.mkdir(parents=True, exist_ok=True)
    # Two referees started together must not both build it.
    with open(TARGET / "referees-venv.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        installed = VENV / "requirements.txt"
        if installed.exists() and installed.read_bytes() == REQUIREMENTS.read_bytes():
            return
        print(f"referees: installing {REQUIREMENTS.name} into {VENV} (once)", file=sys.stderr)
        shutil.rmtree(VENV, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(VENV)],
             "python3 cannot make a venv here; install its venv module (Debian, Ubuntu: apt-get install python3-venv)")
        _run([program("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(REQUIREMENTS)],
             "the packages above could not be installed; the referees do not run without them")
        # Last, so that a half-made venv is never taken for a whole one.
        shutil.copyfile(REQUIREMENTS, installed)


def _run(command, advice):
    if subprocess.run(command).returncode != 0:
        sys.exit(f"referees: {advice}")


def _forget_the_callers_settings():
    """Neither profiles, proxies nor the caller's own keys may reach a client under test."""
    for name in list(os.environ):
        if name.upper().startswith("AWS_") or name.upper().endswith("_PROXY"):
            del os.environ[name]
    home = VENV / "empty-home"
    home.mkdir(exist_ok=True)
    os.environ.update({
        "HOME": str(home),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    })
