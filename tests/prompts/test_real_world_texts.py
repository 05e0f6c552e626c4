"""Code, markup, shells and prose, as they stand in prompts: no check takes them for a slip."""

from __future__ import annotations

import pytest

from playcut_jupyter.prompts.template import escape
from tests.prompts.expanding import prompts

JSON = [
    '{"prompt": "a fox --ar 16:9", "style": {"mood": "calm|dark"}}',
    '{"tags": ["{fox,owl}", "(fox:1.3)", "{red|"], "n": 3}',
    '[{"a": 1}, {"b": [true, null, -1.5e3]}]',
    "{'name': 'fox', 'size': {'w': 1, 'h': 2}}",
    '{\n  "scene": "a [cow|horse] __animals__",\n  "seed": 7\n}',
    'a label that reads {"id": 3, "ok": true}',
]
CODE = [
    "import {useState,useEffect} from 'react'",
    'import {render, screen} from "@testing/library";',
    "export {foo, bar};",
    "const {name, age} = person;",
    "function greet({name, age}) { return name + age; }",
    "return {name, age}",
    "use std::collections::{HashMap, HashSet};",
    "enum Color {RED, GREEN, BLUE}",
    "colors = {red, green, blue}",
    "animals = {\n    fox,\n    owl,\n}",
    "let f = |x| x + 1;",
    "items.map { |it| it.name }",
    "for (int i = 10; i > 0; i--) { run(i); }",
    "int i = 5; i--; --i;",
    "if (a || b) { return 1; } else { return 0; }",
    "std::vector<int> v{1, 2, 3};",
    "struct Point {int x, y;};",
    'f"{0}" + "{}".format(x)',
    '"{:>10}|{:<5}".format(a, b)',
    "x = y if {1, 2} else {3: 4}",
    'if __name__ == "__main__": main()',
    "def __init__(self): super().__init__()",
    "UIColor(red:0.5, green:0.2, blue:0.1, alpha:1.0)",
    "((a + b) * c) and (lambda x: 1.5)",
    "while ((c = getchar()) != EOF) {}",
    "type T = { kind: 'a' | 'b' }",
    "a program:\n    int main() {\n        return 0;\n    }",
    "query {user, posts}",
    "SELECT a, b FROM t WHERE x = 'y' -- a note",
    "array[a:b:2] and [INFO:main:42] started",
    "user_set {user_id, user_name}",
    "state {userId, userName}",
    "# they have __set_name__, __mro__ and '__my_own__'",
    "fe80::1 and ::1 and 3::4",
    "```\n{fox,owl} --seed 7 {red|\n```",
    "a screen with `{fox,owl}` and `((x))` and `--v 6`",
]
SHELL = [
    "mkdir -p src/{main,test}/java",
    "cp notes.{txt,bak} /tmp",
    "git add {src,docs}",
    "ls *.{jpg,png}",
    "echo {red,green}.txt",
    "for i in {1..5}; do echo $i; done",
    "cat access.log | grep fox | sort -u",
    "python train.py --seed 7 --epochs 3",
    "a terminal that shows git log --no merges",
    "docker run --rm --name fox -v /a:/b --stop 5",
    "npm install --no-audit --version 6",
    "kubectl get pods --v=6",
    "$ ./render --seed 7 --width 512",
    "ffmpeg -i in.mp4 -ar 44100 out.mp4",
    "user@host:~$ ls -la {a,b}",
    "usage: service [start|stop|restart]",
]
MARKUP = [
    r"\frac{1}{2} + \sqrt{x, y} \in \{0, 1\}",
    r"\usepackage{amsmath,amssymb}",
    r"as shown in \cite{smith,jones}",
    r"$\{x \in R | x > 0\}$",
    r"$A = \{a|b\}$, $\{(x, y) | x < y\}$",
    "| a | b |\n|---|---|\n| x | y |",
    "# A fox\n\n- **bold** and __loud__\n- _soft_, [link](https://example.com/a|b)",
    "Make it __very bold__.",
    "Example::\n\n    code\n\n.. image:: fox.png",
    "body { color: red; margin: 0 }",
    ".a{color:red}.b{color:blue}",
    "@media (min-resolution:1.5) { a { color: red } }",
    ":root { --ar: 16/9; --no: 1; } a { width: var(--w) }",
    '<div class="a|b">fox</div> <br/>',
    "{{ user.name|upper }} {% for x in xs %}{{ x|e }}{% endfor %}",
    "^[a-z]{2,3}(foo|bar)+$ and [a-z|A-Z]+ and \\d{4}",
]
PROSE = [
    "a price of $10, $20 or $$$, $$",
    "{1, 2}",
    "{1,2,3} and {x, y, z}",
    "the set {x, y} and the interval [0, 1]",
    "a fox -- no, a wolf -- at dusk",
    "a fox\u2014no words can say\u2014runs",
    "order--chaos, and chaos --order",
    "nothing --no light, no sound-- moves",
    "in silence --no one moves",
    "well-known, a state-of-the-art fox - at dusk",
    "pages 3--7, 1990-95, and --- rules",
    "C++ and C#, notepad++ and i--",
    "(fox: a story)",
    "(John 3:16), (scale 1:2), (16:9), (at 10:30)",
    "a fox (see fig. 1.3) and fox(es)",
    "a (nested (thought)) here",
    ":{ sad and :} glad {: :{) {o.o} {^_^} ;-}",
    "{} and { } and {\n}",
    'a T-shirt that reads "--ar 16:9"',
    "a sign that says \u201cuse --seed 7\u201d in red",
    'a button with "[yes|no]" on it',
    "tea|coffee menu, a|b and c | d",
    "keys [Ctrl] + [C], array [3] and [sic]",
    "12:30::45 and he said:: nothing",
    "a poster that says __main__ and ____",
    "the <random> thought, 3 < 4 > 2",
    "an option called --seed, and another, --no",
    "use {curly braces} and {a short aside} freely",
]


@pytest.mark.parametrize("text", JSON + CODE + SHELL + MARKUP + PROSE)
def test_it_passes_untouched(text: str) -> None:
    assert prompts(text) == [text]
    assert escape(text) == text


def test_they_pass_below_prose_too() -> None:
    for text in CODE + SHELL:
        assert prompts(f"A poster of this program:\n{text}\nin a dark room") == [
            f"A poster of this program:\n{text}\nin a dark room"
        ]
