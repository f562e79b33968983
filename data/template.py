"""The same format as a Jinja chat template, saved with the tokenizer.

For content free of control tokens, `transformers.AutoTokenizer.apply_chat_template` renders with it the ids that
`data.format.render` does, so that a tuned model served elsewhere sees the prompts that it was trained on.
"""

import json

from data.format import ChatFormat
from data.markup import Markup

_TEMPLATE = """
{{- BOS -}}
{%- if messages and messages[0].role == 'system' -%}
  {%- set own = messages[0].content -%}{%- set turns = messages[1:] -%}
{%- else -%}
  {%- set own = none -%}{%- set turns = messages -%}
{%- endif -%}
{%- set system -%}
  {%- if tools -%}
    {{- INSTRUCTIONS + '\\n' -}}
    {%- if own and own | trim -%}{{- own | trim + '\\n' -}}{%- endif -%}
    {%- set said = namespace(tools=[]) -%}
    {%- for tool in tools -%}
      {%- if 'description' in tool.function -%}
        {%- set function = dict({'description': tool.function.description}, **tool.function) -%}
        {%- set tool = dict(tool, function=function) -%}
      {%- endif -%}
      {%- set said.tools = said.tools + [tool] -%}
    {%- endfor -%}
    {{- TOOLS_OPEN + said.tools | tojson + TOOLS_CLOSE -}}
  {%- elif own is not none -%}
    {{- OWN -}}
  {%- else -%}
    {{- DEFAULT_SYSTEM -}}
  {%- endif -%}
{%- endset -%}
SYSTEM_TURN
{%- for message in turns -%}
  {%- set role = ROLES.get(message.role, message.role) -%}
  {%- if message.role != 'tool' or loop.first or turns[loop.index0 - 1].role != 'tool' -%}{{- HEADER -}}{%- endif -%}
  FOLDED
  {%- if message.role == 'assistant' -%}
    {%- if message.reasoning_content and message.reasoning_content | trim -%}
      {{- THINK_OPEN + message.reasoning_content | trim + THINK_CLOSE -}}
    {%- endif -%}
    EXTRA_PARTS
    ASSISTANT_CONTENT
    {%- for call in message.tool_calls or [] -%}
      {%- set call = call.function or call -%}
      {{- CALL_OPEN + '{"name": ' + call.name | tojson + ', "arguments": ' + call.arguments | tojson + '}' -}}
      {{- CALL_CLOSE -}}
    {%- endfor -%}
  {%- elif message.role == 'tool' -%}
    {{- RESPONSE_OPEN + '{"name": ' + message.name | default(none) | tojson -}}
    {{- ', "content": ' + message.content | default(none) | tojson + '}' + RESPONSE_CLOSE -}}
  {%- else -%}
    {{- USER_CONTENT -}}
  {%- endif -%}
  {%- if message.role != 'tool' or loop.last or turns[loop.index0 + 1].role != 'tool' -%}{{- END -}}{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{%- set role = ROLES.get('assistant', 'assistant') -%}{{- HEADER -}}{%- endif -%}
"""

_SYSTEM_TURN = """{%- if system or own is not none -%}
  {%- set role = 'system' -%}{{- HEADER + system + END -}}
{%- endif -%}"""
_FOLDED = """{%- if loop.first and (tools or FOLDS) -%}{{- system + '\\n\\n' -}}{%- endif -%}"""
_FOLDED_CONTENT = """((own + '\\n\\n' if loop.first and own is not none and not tools else '') + message.content)"""
# A turn that has nothing of the format's keeps its white space where the family's own template keeps it.
_ASSISTANT_CONTENT = """{%- if tools or message.tool_calls PARTS -%}
  {{- (message.content or '') | trim -}}
{%- else -%}
  {{- (message.content or '') TRIMS -}}
{%- endif -%}"""
_EXTRA_PART = (
    """{%- if message.NAME and message.NAME | trim -%}{{- OPEN + message.NAME | trim + CLOSE -}}{%- endif -%}"""
)


def chat_template(format: ChatFormat, markup: Markup) -> str:
    """The Jinja template of a format in a family's markup, for `tokenizer_config.json`."""
    before, after = markup.header.split("{role}")
    trims = " | trim" if markup.trims else ""
    parts = "".join(
        _EXTRA_PART.replace("NAME", name).replace("OPEN", json.dumps(opening)).replace("CLOSE", json.dumps(closing))
        for name, opening, closing in format.extra_parts
    )
    own_parts = ["reasoning_content", *(name for name, *_ in format.extra_parts)]
    has_parts = "".join(f" or (message.{name} or '') | trim" for name in own_parts)
    folded = _FOLDED.replace("FOLDS", "false" if markup.trims_folded else "own is not none")
    text = _TEMPLATE.replace("SYSTEM_TURN", _SYSTEM_TURN if markup.has_system else "")
    text = text.replace("ASSISTANT_CONTENT", _ASSISTANT_CONTENT.replace("PARTS", has_parts).replace("TRIMS", trims))
    text = text.replace("FOLDED", "" if markup.has_system else folded).replace("EXTRA_PARTS", parts)
    for name, value in {
        "HEADER": f"{json.dumps(before)} + role + {json.dumps(after)}",
        "BOS": json.dumps(markup.bos),
        "END": json.dumps(markup.end + markup.after),
        "INSTRUCTIONS": json.dumps(format.instructions),
        "DEFAULT_SYSTEM": json.dumps(markup.default_system),
        "USER_CONTENT": (_FOLDED_CONTENT if markup.trims_folded else "message.content") + trims,
        "OWN": "own" + (trims if markup.has_system else ""),
        "ROLES": json.dumps(markup.roles),
        "TOOLS_OPEN": json.dumps(format.tools[0]),
        "TOOLS_CLOSE": json.dumps(format.tools[1]),
        "THINK_OPEN": json.dumps(format.think[0]),
        "THINK_CLOSE": json.dumps(format.think[1]),
        "CALL_OPEN": json.dumps(format.tool_call[0]),
        "CALL_CLOSE": json.dumps(format.tool_call[1]),
        "RESPONSE_OPEN": json.dumps(format.tool_response[0]),
        "RESPONSE_CLOSE": json.dumps(format.tool_response[1]),
    }.items():
        text = text.replace(name, value)
    return "".join(line.strip() for line in text.splitlines())
