"""An earlier result as an input of a new generation: what names it becomes the id of its asset.

In typed values (`-p`, a raw tool's JSON) a text names it (`syntax.references`); in Python the object itself stands for
it. The id remembers where it came from (`AssetId`), so that the new generation knows its parent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from playcut_jupyter.connection.connector import Connector
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.results.asset import Asset
from playcut_jupyter.results.collection import Generations
from playcut_jupyter.results.generations import Generation
from playcut_jupyter.syntax import references
from playcut_jupyter.syntax.references import Reference
from playcut_jupyter.text import truncate
from playcut_jupyter.tools import OPTION_HELP, AssetId


def asset_ids(value: object, connector: Connector) -> Any:
    """Return *value*, an input or a dictionary of them, with the id of its first asset for each result.

    Args:
        value: what holds generations, assets, or sequences of generations; all else stays as it is.
        connector: where the ids are to be used.

    Raises:
        InvalidInput: a generation has no asset that can be used there.
    """

    def change(item: object) -> object:
        if isinstance(item, Generations):
            return [_id_in(generation, connector) for generation in item]
        if isinstance(item, Generation):
            return _id_in(item, connector)
        if isinstance(item, Asset):
            return _id_of(item.record, item.generation_id, "This asset", connector)
        return item

    return references.map_values(value, change)


@dataclass(frozen=True)
class References:
    """Finds what typed references name.

    Attributes:
        connector: where the ids are to be used.
        get: returns a generation by its number in the library.
        last: returns the last result; raises `InvalidInput` if there is none.
        variables: the visible variables.
    """

    connector: Connector
    get: Callable[[int], Generation]
    last: Callable[[], Generation | Generations[Generation]]
    variables: Mapping[str, object]

    def in_options(self, options: Mapping[str, object]) -> dict[str, object]:
        """Return *options* with the id for each reference; what names several generations is an axis of them.

        Our own options, such as the aspect ratio, hold none.

        Args:
            options: input -> a value, or a list that is an axis.

        Raises:
            InvalidInput: a reference names nothing, or what has no asset.
        """
        found: dict[str, object] = {}
        for name, value in options.items():
            if name in OPTION_HELP:
                found[name] = value
            elif type(value) is list:
                items = [self._several(item) for item in value]
                found[name] = [one for item in items for one in (item if type(item) is list else [item])]
            else:
                found[name] = self._several(value)
        return found

    def in_tool_input(self, tool_input: Mapping[str, Any]) -> dict[str, Any]:
        """Return a raw tool's input with the id for each reference; its prompt is left as it is.

        Raises the error of `in_options`.
        """
        return {**tool_input, **self._in_json(references.without_prompt(tool_input))}

    def _in_json(self, value: object) -> Any:
        return references.map_values(
            asset_ids(value, self.connector), lambda item: self._one(item) if _is_typed(item) else item
        )

    def _several(self, value: object) -> object:
        named = references.parse(value) if _is_typed(value) else None
        target = self._target(named) if named is not None and named.position is None else None
        return asset_ids(target if isinstance(target, Generations) else self._in_json(value), self.connector)

    def _one(self, text: str) -> str:
        named = references.parse(text)
        if named is None:
            self._check_almost(text)
            return references.literal(text)
        target = self._target(named)
        if isinstance(target, Generations):
            if len(target) != 1:
                numbers = ", ".join(f"@{member.id}" for member in target[:8])
                raise InvalidInput(
                    f"`{text}` names {len(target)} generations, and one has to stand here.",
                    hint=f"Name one by its number: {numbers}." if numbers else _literal_hint(text),
                )
            target = target[0]
        position = named.position or 1
        if isinstance(target, Asset):
            if position > 1:
                raise InvalidInput(f"`{text}`: that variable holds one asset.", hint=f"Write `@{named.name}`.")
            return _id_of(target.record, target.generation_id, f"`{text}`", self.connector, text)
        return _id_in(target, self.connector, position, text)

    def _target(self, named: Reference) -> Generation | Generations[Generation] | Asset:
        if named.name.isdecimal():
            if len(named.name) > 18:  # more than SQLite can store
                raise InvalidInput(f"The library has no generation {named.name}.", hint=_literal_hint(named.text))
            return self.get(int(named.name))
        target = self.last() if named.name == "last" else self.variables.get(named.name)
        if isinstance(target, Generation | Generations | Asset):
            return target
        raise InvalidInput(
            f"`{named.text}` names no result: no variable {named.name} holds a generation or an asset.",
            hint=f"Write `@5` for generation 5. {_literal_hint(named.text)}",
        )

    def _check_almost(self, text: str) -> None:
        """Refuse what continues the name of a result in another way than by a number, as `@fox[1]` does."""
        name = text[1:].split(".")[0].split("[")[0]
        if text.startswith("@") and isinstance(self.variables.get(name), Generation | Generations | Asset):
            raise InvalidInput(
                f"{truncate(text, 60)!r} is no reference to a result.",
                hint=f"Write `@{name}`, or `@{name}.2` for its second asset. {_literal_hint(text)}",
            )


def _is_typed(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and not isinstance(value, AssetId) and value.startswith("@")


def _literal_hint(text: str) -> str:
    return f"For the text itself write `@{truncate(text, 60)}`."


def _id_in(generation: Generation, connector: Connector, position: int = 1, text: str = "") -> AssetId:
    snapshot = generation.snapshot
    name = f"Generation {snapshot.id}" if snapshot.id is not None else "That generation"
    if not snapshot.succeeded:
        action = f" Wait for it: `%playcut wait {snapshot.task_id}`." if snapshot.task_id else ""
        has_failed = snapshot.done and snapshot.state == "FAILED"
        raise InvalidInput(
            f"{name} has no asset to use {'because it failed' if has_failed else 'yet'} ({snapshot.state}).",
            hint="Use another." if has_failed else f"Use it when it is done.{action}",
        )
    if len(snapshot.assets) < position:
        count = len(snapshot.assets)
        has = f"has {count} asset{'' if count == 1 else 's'}, and no number {position}" if count else "has no asset"
        raise InvalidInput(f"{name} {has}.", hint="Use another. Nothing was sent.")
    if snapshot.is_sandbox != connector.is_sandbox and not connector.is_frozen:
        made, used = ("sandbox", "API") if snapshot.is_sandbox else ("API", "sandbox")
        raise InvalidInput(
            f"{name} was made by the {made}, so the {used} does not have its asset.",
            hint=f"Use one that the {used} made. Nothing was sent.",
        )
    return _id_of(snapshot.assets[position - 1], snapshot.id, name, connector, text)


def _id_of(record: AssetRecord, generation_id: int | None, name: str, connector: Connector, text: str = "") -> AssetId:
    if record.asset_id is None:
        raise InvalidInput(f"{name} has no id at the service.", hint="Use another. Nothing was sent.")
    # The numbers of another library mean other generations here.
    is_here = record.path is not None and record.path.is_relative_to(connector.home)
    number = generation_id if is_here else None
    return AssetId(record.asset_id, number, text or (f"@{number}" if number is not None else ""))
