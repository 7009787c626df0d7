"""The environment of every referee: a venv under `target/`, without the caller's AWS settings.

Uses only the standard library, because it runs before anything is installed.
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
    """Restart in the venv with a clean environment. The venv is made first if it is missing or out of date.

    From here on, an interrupted program stops the processes that it started before it exits.
    """
    _on_interruption(_exit)
    _make()
    if not os.path.samefile(sys.prefix, VENV):
        # Python finds its venv by the path of its executable.
        os.execv(program("python"), [program("python"), *sys.argv])
    _forget_the_callers_settings()


def program(name):
    """The path of a program that the venv installed, such as `aws`."""
    return str(VENV / "bin" / name)


def _exit(interruption, _frame):
    """Exit by an exception, so that every `finally` runs; by default, SIGTERM ends Python without."""
    # Ignore further signals. An empty handler, because Python warns about a signal that arrives while SIG_IGN is being set.
    _on_interruption(lambda *_: None)
    sys.exit(128 + interruption)


def _on_interruption(handler):
    for interruption in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interruption, handler)


def _make():
    if sys.version_info < OLDEST_PYTHON:
        sys.exit("the referees need Python {}.{} or newer, this is {}".format(*OLDEST_PYTHON, sys.version.split()[0]))
    TARGET.mkdir(parents=True, exist_ok=True)
    # Two referees that start together must not both build it.
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
             "the packages above could not be installed; the referees need them")
        # Copied last: it marks a complete venv.
        shutil.copyfile(REQUIREMENTS, installed)


def _run(command, advice):
    if subprocess.run(command).returncode != 0:
        sys.exit(f"referees: {advice}")


def _forget_the_callers_settings():
    """Keep the caller's profiles, proxies and keys away from the clients under test."""
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
