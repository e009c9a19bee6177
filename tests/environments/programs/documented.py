"""Runs the examples of docs/function-calling.md as they stand there, with the SDKs' own clients, against a server on this machine.

It answers as each API would: with a call first, and with words when that has been answered.
"""

# mypy: disable-error-code="import-not-found, misc"
# SAFE: what the examples import is installed only in the environment that runs them.

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.environments.words import folder_given, tell

ROOT = Path(__file__).parents[3]
TOOL, ARGUMENTS = "text_tools__slugify", {"text": "Crème Brûlée", "separator": None, "longest": None}
_BLOCK = re.compile(r"^### (?P<heading>[^\n]+)\n(?:(?!#|```)[^\n]*\n)*?```python\n(?P<code>.*?)^```", re.MULTILINE | re.DOTALL)


def examples() -> dict[str, str]:
    """The programs under ``## Examples`` by their headings."""
    text = (ROOT / "docs" / "function-calling.md").read_text()
    section = text.partition("\n## Examples\n")[2].partition("\n## ")[0]
    return {found["heading"]: found["code"] for found in _BLOCK.finditer(section)}


def responses(body: Mapping[str, Any]) -> dict[str, Any]:
    answered = [item["output"] for item in body["input"] if item.get("type") == "function_call_output"]
    message = {"type": "message", "id": "m", "role": "assistant", "status": "completed"}
    call = {"type": "function_call", "call_id": "c", "name": TOOL, "arguments": json.dumps(ARGUMENTS)}
    said = {**message, "content": [{"type": "output_text", "text": f"It is {answered[-1]}.", "annotations": []}]} if answered else call
    rest = {"id": "r", "object": "response", "created_at": 0, "model": "m", "parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
    return {**rest, "output": [said]}


def completions(body: Mapping[str, Any]) -> dict[str, Any]:
    answered = [message["content"] for message in body["messages"] if message["role"] == "tool"]
    call = {"type": "function", "id": "c", "function": {"name": TOOL, "arguments": json.dumps(ARGUMENTS)}}
    said = {"content": f"It is {answered[-1]}."} if answered else {"content": None, "tool_calls": [call]}
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", **said}}
    return {"id": "c", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}


def messages(body: Mapping[str, Any]) -> dict[str, Any]:
    last = body["messages"][-1]["content"]
    answered = [block["content"] for block in last if isinstance(block, dict) and block["type"] == "tool_result"]
    call = {"type": "tool_use", "id": "c", "name": TOOL, "input": ARGUMENTS}
    said = {"type": "text", "text": f"It is {answered[-1]}.", "citations": None} if answered else call
    rest = {"id": "m", "type": "message", "role": "assistant", "model": "m", "usage": {"input_tokens": 1, "output_tokens": 1}}
    return {**rest, "content": [said], "stop_reason": "end_turn"}


def generate(body: Mapping[str, Any]) -> dict[str, Any]:
    parts = body["contents"][-1]["parts"]
    answered = [part["functionResponse"]["response"]["output"] for part in parts if "functionResponse" in part]
    call = {"functionCall": {"id": "c", "name": TOOL, "args": ARGUMENTS}}
    said = {"text": f"It is {answered[-1]}."} if answered else call
    return {"candidates": [{"content": {"role": "model", "parts": [said]}, "finishReason": "STOP"}]}


APIS = {"/responses": responses, "/chat/completions": completions, "/messages": messages, ":generateContent": generate}


class Server(ThreadingHTTPServer):
    """Answers as the APIs would, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.requests: list[dict[str, Any]] = []


class Answering(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(body)
        answer = next(make for ending, make in APIS.items() if self.path.partition("?")[0].endswith(ending))(body)
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *given: Any) -> None:
        """Quiet: the program's output is what is read."""


def lead_here(server: Server) -> None:
    """The clients speak to this server, by the variables that their documentation names."""
    url = f"http://127.0.0.1:{server.server_address[1]}"
    for name, path in (("OPENAI", "/v1"), ("ANTHROPIC", ""), ("GOOGLE_GEMINI", "")):
        os.environ[f"{name}_BASE_URL"] = url + path
    for name in ("OPENAI", "ANTHROPIC", "GEMINI"):
        os.environ[f"{name}_API_KEY"] = "none"


def main() -> None:
    folder = folder_given()
    shutil.copytree(ROOT / "skills" / "text_tools", folder / "skills" / "text_tools")
    os.chdir(folder)
    server = Server()
    lead_here(server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found = {}
    for heading, code in examples().items():
        server.requests.clear()
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, heading, "exec"), {"__name__": "__main__"})  # SAFE: our own documentation
        found[heading] = {"printed": printed.getvalue(), "requests": list(server.requests)}
    server.shutdown()
    tell(**found)


if __name__ == "__main__":
    main()
