"""Shared by the referees: command line, running the binary, and reporting the verdict."""

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading

from environment import CI, TARGET

SHOWN = 5
START_SECONDS = 60


class Referee:
    """Counts checks, collects disagreements, and ends the program with one summary line."""

    def __init__(self, name):
        self.name = name
        self.checked = 0
        self.disagreements = []

    def check(self, holds, disagreement):
        """Count one check. If it does not hold, `disagreement` (a text, or a function that returns one) says what is wrong."""
        self.checked += 1
        if not holds:
            self.disagreements.append(disagreement() if callable(disagreement) else disagreement)
        return holds

    def case(self, name, judge, *arguments):
        """Run one case. An exception is recorded as a disagreement, and does not stop the referee."""
        self.checked += 1
        try:
            judge(*arguments)
        except Exception as error:
            self.disagreements.append(f"{name}: {_message(error)}")
            print(f"  {name}: FAILED", file=sys.stderr)
        else:
            print(f"  {name}: ok", file=sys.stderr)

    def close(self, summary):
        """Print the verdict and exit: 0 if all agreed, 1 if not."""
        for disagreement in self.disagreements[:SHOWN]:
            print(f"\n{disagreement}", file=sys.stderr)
        hidden = len(self.disagreements) - SHOWN
        if hidden > 0:
            print(f"\n… and {hidden} more", file=sys.stderr)
        if self.disagreements:
            print(f"{self.name}: FAILED {len(self.disagreements)} of {self.checked} checks; {summary}")
            sys.exit(1)
        print(f"{self.name}: {summary}")
        sys.exit(0)


def arguments(description, example):
    """An argument parser with the option that all referees have."""
    parser = argparse.ArgumentParser(description=description, epilog=f"example: {example}",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    default = TARGET / "debug" / "compare"
    parser.add_argument("--compare", metavar="PATH", type=_binary, default=str(default),
                        help=f"the binary to judge (default: {os.path.relpath(default, CI.parent)})")
    return parser


def run(command, **options):
    """Run a program in an empty folder, so that it finds no `.env`, and capture its output as text."""
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(command, capture_output=True, text=True, cwd=folder, **options)


def answers(binary, verb, lines):
    """Pass JSON lines to `compare VERB --jsonl` and return its answers, one for each line, in order."""
    done = run([binary, verb, "--jsonl"], input="".join(json.dumps(line) + "\n" for line in lines))
    answered = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0 or [answer["id"] for answer in answered] != [line["id"] for line in lines]:
        sys.exit(f"compare {verb} --jsonl: {len(lines)} lines in, {len(answered)} answers out, "
                 f"exit {done.returncode}\n{done.stderr}")
    return answered


def readable(**parts):
    """A disagreement as text: each part on a line of its own, and each field of a dict."""
    return "\n".join(f"  {name}: {_text(value)}" for name, value in parts.items())


def free_port():
    """A free port on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def process(command, **options):
    """A program that runs for the duration of the block."""
    with tempfile.TemporaryDirectory() as folder:
        running = subprocess.Popen(command, cwd=folder, **options)
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(timeout=10)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


@contextlib.contextmanager
def sandbox(binary):
    """Run `compare sandbox` for the duration of the block; yields the JSON line that it prints when ready."""
    with process([binary, "sandbox"], stdout=subprocess.PIPE, text=True) as running:
        # Killing a silent sandbox ends the read below.
        timer = threading.Timer(START_SECONDS, running.kill)
        timer.start()
        line = running.stdout.readline()
        timer.cancel()
        if not line:
            sys.exit(f"compare sandbox did not become ready within {START_SECONDS} s (exit {running.wait()})")
        yield json.loads(line)


def _binary(path):
    if not os.access(path, os.X_OK):
        raise argparse.ArgumentTypeError(f"no program at {path}; build it first: cargo build -p compare")
    return os.path.abspath(path)


def _text(value):
    if isinstance(value, dict):
        return "".join(f"\n    {name}: {_text(field)}" for name, field in value.items() if field is not None)
    if isinstance(value, str):
        return value.replace("\n", "\n      ")
    return json.dumps(value, ensure_ascii=False)


def _message(error):
    return str(error) or type(error).__name__ if isinstance(error, AssertionError) else f"{type(error).__name__}: {error}"
