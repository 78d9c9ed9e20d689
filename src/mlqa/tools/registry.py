"""Which tools there are, and how a function becomes one.

    @mlqa.tool
    def dice(sides: Annotated[int, Field(ge=2, le=100)] = 6, seed: int = 0) -> mlqa.ToolResult:
        "Throws a die once."
        value = random.Random(seed).randint(1, sides)
        return mlqa.ToolResult(text=f"{value}이(가) 나왔습니다.", figures={"value": value})

    mlqa.run_tool("dice", sides=20).result.text

The arguments, their types, limits and defaults are those of the signature; the description is the
docstring. A first parameter named ``context`` gets a ``Context`` (language, progress). The function
stays as it was under ``dice.function``. A tool runs in a process of its own, which imports the
module that the function stands in: write it in a file, not at the prompt, or make it ``inline``.

What users read comes from the message catalogue where it has ``tool_NAME_title``,
``tool_NAME_about`` and ``tool_NAME_arg_ARGUMENT``, else from the name and the docstring. Name your
module in the setting ``tool_modules`` and command line, page and chatbot know its tools, too.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any, overload

from pydantic import BaseModel

from mlqa.errors import ToolCrashed, ToolDefinitionError, UnknownTool
from mlqa.messages import Language, catalogue
from mlqa.schema import Claim, ToolResult
from mlqa.tools.arguments import (
    arguments_model,
    checked,
    from_texts,
    takes_context,
)
from mlqa.tools.context import Context
from mlqa.tools.limits import Argument, described

Function = Callable[..., ToolResult]

SECONDS = 60.0
MEMORY_MB = 2048

# Where the tools of this package are; a module is imported when its tool is used.
BUILT_IN: Mapping[str, str] = {
    "lru": "mlqa.tools.lru",
    "batchnorm": "mlqa.tools.batchnorm",
    "lipschitz": "mlqa.tools.lipschitz",
    "activation": "mlqa.tools.activation",
    "depth": "mlqa.tools.depth",
    "batch_size": "mlqa.tools.batch_size",
    "double_descent": "mlqa.tools.double_descent",
    "random_wiring": "mlqa.tools.random_wiring",
    "standardize": "mlqa.tools.standardize",
    "mlp": "mlqa.tools.mlp",
    "automl": "mlqa.tools.automl",
    "ten_lines": "mlqa.tools.ten_lines",
}

_registered: dict[str, Tool] = {}


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A function that the chatbot can run.

    Attributes:
        name: What it is called by.
        function: The function as it was written.
        description: First paragraph of its docstring, English.
        model: Checks the arguments.
        seconds: Longest run.
        memory_mb: Most memory of a run with everything that it loads, megabytes.
        inline: Whether it runs where it is called: only for what ends in milliseconds.
        claims: What it tests of the essays.
    """

    name: str
    function: Function
    description: str
    model: type[BaseModel]
    seconds: float = SECONDS
    memory_mb: int = MEMORY_MB
    inline: bool = False
    claims: tuple[Claim, ...] = ()

    def __call__(self, **arguments: Any) -> ToolResult:  # noqa: ANN401 - checked by the model
        """Runs it here and now, without budget and store; for tests and notebooks."""
        return self.run_here(Context(), arguments)

    @property
    def module(self) -> str:
        """Name of the module that the function stands in."""
        return self.function.__module__

    def title(self, language: Language = "ko") -> str:
        """Its name for users."""
        return _said(f"tool_{self.name}_title", self.name, language)

    def about(self, language: Language = "ko") -> str:
        """What it does, in one sentence."""
        return _said(f"tool_{self.name}_about", self.description, language)

    def labels(self, language: Language = "ko") -> dict[str, str]:
        """What users read for each argument, by name."""
        return {
            name: _said(f"tool_{self.name}_arg_{name}", name, language)
            for name in self.model.model_fields
        }

    def arguments(self, language: Language = "ko") -> tuple[Argument, ...]:
        """The arguments in the order of the signature, with labels and limits."""
        return tuple(described(self.model, self.labels(language)).values())

    def schema(self, language: Language = "ko") -> dict[str, Any]:
        """JSON schema of the arguments, for forms, other programs and language models."""
        schema = self.model.model_json_schema()
        schema["title"] = self.title(language)
        schema["description"] = self.about(language)
        for argument in self.arguments(language):
            part = schema["properties"][argument.name]
            part["title"] = argument.label
            part["description"] = f"{argument.label}: {argument.allowed.text(language)}"
        schema.setdefault("properties", {})
        return schema

    def check(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """All arguments as plain JSON values, defaults filled in.

        Raises:
            ToolArgumentError: An argument is missing, unknown or outside its limits.
        """
        return self._checked(arguments).model_dump(mode="json")

    def from_texts(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """Arguments from what was typed; lists are JSON or separated by commas."""
        return from_texts(self.model, texts)

    def run_here(self, context: Context, arguments: Mapping[str, Any]) -> ToolResult:
        """Runs it in this thread.

        Raises:
            ToolArgumentError: An argument is missing, unknown or outside its limits.
            ToolCrashed: It gives back something else than a result.
        """
        held = self._checked(arguments)
        values = {name: getattr(held, name) for name in self.model.model_fields}
        first = (context,) if takes_context(self.function) else ()
        result = self.function(*first, **values)
        if not isinstance(result, ToolResult):
            raise ToolCrashed("tools_result", tool=self.name, reason=type(result).__name__)
        return result

    def _checked(self, arguments: Mapping[str, Any]) -> BaseModel:
        return checked(self.model, arguments, self.name)


def _said(key: str, fallback: str, language: Language) -> str:
    """A sentence of the catalogue, where it has one."""
    return catalogue(language).get(key, fallback)


@overload
def tool(function: Function, /) -> Tool: ...


@overload
def tool(
    *,
    name: str | None = None,
    seconds: float = SECONDS,
    memory_mb: int = MEMORY_MB,
    inline: bool = False,
    claims: Iterable[Claim] = (),
) -> Callable[[Function], Tool]: ...


def tool(
    function: Function | None = None,
    /,
    *,
    name: str | None = None,
    seconds: float = SECONDS,
    memory_mb: int = MEMORY_MB,
    inline: bool = False,
    claims: Iterable[Claim] = (),
) -> Tool | Callable[[Function], Tool]:
    """Makes a tool of a function, with or without brackets behind ``@tool``.

    Args:
        function: With an annotation, and best with limits, on every parameter.
        name: What it is called by; the function's name if not given.
        seconds: Longest run.
        memory_mb: Most memory of a run with everything that it loads, megabytes.
        inline: Runs where it is called, without budget; only for what ends in milliseconds.
        claims: What it tests of the essays.

    Raises:
        ToolDefinitionError: The name is taken or no name, or the signature leaves something open.
    """

    def make(function: Function) -> Tool:
        return _register(
            Tool(
                name=name or function.__name__,
                function=function,
                description=" ".join((inspect.getdoc(function) or "").split("\n\n")[0].split()),
                model=arguments_model(function, name or function.__name__),
                seconds=seconds,
                memory_mb=memory_mb,
                inline=inline,
                claims=tuple(claims),
            )
        )

    return make if function is None else make(function)


def _register(made: Tool) -> Tool:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", made.name):
        raise ToolDefinitionError("tools_definition_name", tool=made.name)
    if not (made.seconds > 0 and made.memory_mb > 0):
        raise ToolDefinitionError("tools_definition_budget", tool=made.name)
    other = _registered.get(made.name)
    home = BUILT_IN.get(made.name)
    if home and not f"{made.module}.".startswith(f"{home}."):
        raise ToolDefinitionError("tools_definition_taken", tool=made.name, module=home)
    if other and _place(other) != _place(made):
        raise ToolDefinitionError("tools_definition_taken", tool=made.name, module=other.module)
    _registered[made.name] = made
    return made


def _place(made: Tool) -> tuple[str, str]:
    """Where a function stands; a module that is loaded anew may register its tools anew.

    A script is ``__main__``, and ``__mp_main__`` in its worker processes.
    """
    return made.module.replace("__mp_main__", "__main__"), made.function.__qualname__


def names() -> tuple[str, ...]:
    """Names of all tools: those of this package, then those registered since."""
    return (*BUILT_IN, *(name for name in _registered if name not in BUILT_IN))


def find(name: str) -> Tool:
    """The tool of that name; imports its module.

    Raises:
        UnknownTool: There is none.
    """
    if name not in _registered and name in BUILT_IN:
        import_module(BUILT_IN[name])
    if name not in _registered:
        known = names()
        near = get_close_matches(name, known, n=len(known), cutoff=0.5)
        listed = ", ".join([*near, *(other for other in known if other not in near)])
        key = "tools_unknown_near" if near else "tools_unknown"
        raise UnknownTool(key, tool=name[:60], near=", ".join(near), names=listed)
    return _registered[name]


def use(modules: Iterable[str]) -> None:
    """Imports modules with tools of a user's own, as the setting ``tool_modules`` names them.

    Raises:
        ToolDefinitionError: One cannot be imported.
    """
    for module in modules:
        try:
            import_module(module)
        except ImportError as error:
            raise ToolDefinitionError("tools_module", module=module, reason=error) from None
