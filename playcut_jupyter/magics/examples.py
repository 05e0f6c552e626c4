"""An example for every word that `%playcut help` knows. The manual shows the same ones, and the tests run them."""

from __future__ import annotations

from collections.abc import Mapping

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "status": ("%playcut",),
    "connect": ("%playcut connect",),
    "sandbox": ("%playcut sandbox", "%playcut sandbox off"),
    "session": ("%playcut session new Foxes in winter", "%playcut session use Foxes in winter"),
    "voices": ("%playcut voices", "%playcut voices en", "%playcut voices Ada"),
    "history": ("%playcut history -n 5", "%playcut history --search red fox", "%playcut history --starred"),
    "compare": ("%playcut compare 1 2",),
    "panel": ("%playcut panel",),
    "explore": ("%playcut explore", "%playcut explore foxes"),
    "pick": ("%playcut pick", "%playcut pick foxes"),
    "star": ("%playcut star", "%playcut star 1 off"),
    "hide": ("%playcut hide 1", "%playcut hide 1 off"),
    "tree": ("%playcut tree last",),
    "show": ("%playcut show 1",),
    "effects": ("%playcut effects", "%playcut effects foxes"),
    "refine": ("%playcut refine", "%playcut refine foxes --keep 0.3"),
    "vary": ("%playcut vary", "%playcut vary best -n 2"),
    "resume": ("%playcut resume",),
    "wait": ("%playcut wait 65f3a1b2c3d4e5f600000001",),
    "again": ("%playcut again",),
    "export": ("%playcut export", "%playcut export last --as curl --save fox.sh", "%playcut export foxes --as mcp"),
    "pack": ("%playcut pack foxes.zip foxes", "%playcut pack all.zip"),
    "unpack": ("%playcut unpack foxes.zip",),
    "help": ("%playcut help --from", "%playcut help TaskFailed"),
}

KINDS: Mapping[str, tuple[str, ...]] = {
    "image": (
        "%%playcut image -a 16:9 -s 1K\na golden retriever surfing at sunset",
        "%playcut image -a 1:1,16:9 a {red|blue} fox",
    ),
    "video": ("%%playcut video -r 720p -d 8\nwaves at night, seen from above",),
    "speech": ("%%playcut speech\nHow are you today?", "%playcut speech -v Ada How are you today?"),
    "": (
        '%%playcut generate-image-from-text\n{"prompt": "a red fox", "aspectRatio": "1:1"}',
        "%%playcut list-voices\n",
    ),
}
"""By kind; "" for a tool by its own name."""

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "--aspect-ratio": ("%%playcut image -a 16:9\na red fox", "%%playcut image -a 1:1,16:9\na red fox, in both"),
    "--image-size": ("%%playcut image -s 1K\na red fox",),
    "--resolution": ("%%playcut video -r 720p\nwaves at night",),
    "--duration": ("%%playcut video -d 8\nwaves at night",),
    "--voice": ("%%playcut speech -v Ada\nHello there.", "%%playcut speech -v 'Grace (English, US)'\nHello there."),
    "--param": (
        "%%playcut image -p seed=7\na red fox",
        "%%playcut image -p seed=1,2,3\na red fox, three times",
        "%%playcut image -p reference=@1,@2\na fox like this",
    ),
    "--count": ("%%playcut image -n 4\na red fox",),
    "--out": ("%%playcut image -o fox\na red fox",),
    "--save": ("%%playcut image --save foxes/\na red fox", "%%playcut image --save fox.png\na red fox"),
    "--session": ("%%playcut image --session 'Foxes in winter'\na red fox",),
    "--from": (
        "%%playcut image --from last\n+ at dusk, {oil paint|ink}\n- red",
        "%%playcut image --from 1,2 -a 9:16\n+",
    ),
    "--literal": ("%%playcut image --literal\na poster that says {HELLO|WORLD}",),
    "--fresh": ("%%playcut image --fresh\na red fox",),
    "--no-wait": ("%%playcut video --no-wait --save clips/\nwaves at night",),
    "--dry-run": ("%%playcut image --dry-run -a 1:1,16:9\na {red|blue} fox",),
    "--sample": ("%%playcut image --sample 3\na {red|blue|white} {fox|owl|hare}",),
    "--seed": ("%%playcut image --sample 3 --seed 7\na {red|blue|white} {fox|owl|hare}",),
    "--max": ("%%playcut image --max 40 -n 20\na {red|blue} fox",),
    "--within-budget": ("%%playcut image --within-budget -n 4\na red fox",),
    "--help": ("%playcut image --help",),
}

ERRORS: Mapping[str, tuple[str, ...]] = {
    "PlaycutError": (
        'try:\n    fox = pc.image("a red fox")\n'
        "except PlaycutError as error:\n    print(error.message, error.hint, error.task_id)",
    ),
    "NotConnected": ('Playcut(base_url="http://api.example.com/v1").voices()',),
    "AuthenticationError": ('Playcut(api_key="pk_live_0000").voices()',),
    "PermissionDenied": ("%playcut image a red fox [forbidden]",),
    "NotFound": ("%playcut wait 65f3a1b2c3d4e5f600000001",),
    "InvalidInput": ("%playcut image --aspekt-ratio 1:1 a red fox",),
    "PromptError": ("%playcut image a {colour_that_is_not_defined} fox",),
    "PromptRefused": ("%playcut image a red fox [refuse]",),
    "RateLimited": (
        'try:\n    fox = pc.image("a red fox")\n'
        'except RateLimited as error:\n    print("again in", error.retry_after_s, "seconds")',
    ),
    "ServerError": ("%playcut image a red fox [crash]",),
    "ConnectionFailed": ('Playcut(api_key="pk_live_0000", base_url="http://127.0.0.1:9/api/v1").voices()',),
    "SubmissionUncertain": ("%playcut image a red fox [lost]",),
    "TaskFailed": ("%playcut image a red fox [fail]",),
    "WaitTimeout": ('pc.submit("image", "a red fox [slow]").wait(timeout=0.1)',),
    "AssetUnavailable": ("%playcut image a red fox [empty]",),
    "NotInLibrary": ("%config PlaycutMagics.frozen = True\n%playcut image a fox that was never made",),
    "BudgetExceeded": ("%config PlaycutMagics.budget = 100\n%playcut image a red fox\n%playcut image a blue fox",),
    "SweepIncomplete": ("%playcut image a {red|blue [fail]} fox",),
    "StoppedWaiting": (
        'try:\n    fox = pc.image("a red fox")\n'
        "except StoppedWaiting as stopped:\n    task = stopped.task_id  # later: pc.wait(task)",
    ),
}
"""By class. What begins with `%` or `Playcut` raises it, the markers in brackets in the sandbox."""
