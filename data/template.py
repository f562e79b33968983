"""The same format as a Jinja chat template, saved with the tokenizer.

For content free of control tokens, `transformers.AutoTokenizer.apply_chat_template` renders with it the ids that
`data.format.render` does, so that a tuned model served elsewhere sees the prompts that it was trained on.
"""

import json

from data.format import ChatFormat
from data.markup import Markup

# What stands in capitals is set before it, by `chat_template`.
_TEMPLATE = """
{%- macro header(role) -%}{{- BEFORE + ROLES.get(role, role) + AFTER -}}{%- endmacro -%}
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
    {{- TOOLS[0] + said.tools | tojson + TOOLS[1] -}}
  {%- elif own is not none -%}
    {{- own | trim if TRIMS and HAS_SYSTEM else own -}}
  {%- else -%}
    {{- DEFAULT_SYSTEM -}}
  {%- endif -%}
{%- endset -%}
{%- if HAS_SYSTEM and (system or own is not none) -%}{{- header('system') + system + END -}}{%- endif -%}
{%- for message in turns -%}
  {%- if message.role != 'tool' or loop.first or turns[loop.index0 - 1].role != 'tool' -%}
    {{- header(message.role) -}}
  {%- endif -%}
  {%- set folds = own is not none and not HAS_SYSTEM and loop.first -%}
  {%- if folds and not (TRIMS_FOLDED and not tools) or tools and not HAS_SYSTEM and loop.first -%}
    {{- system + '\\n\\n' -}}
  {%- endif -%}
  {%- if message.role == 'assistant' -%}
    {%- set said = namespace(trims=TRIMS or tools or message.tool_calls) -%}
    {%- for name, opening, closing in PARTS -%}
      {%- if message[name] and message[name] | trim -%}
        {%- set said.trims = true -%}{{- opening + message[name] | trim + closing -}}
      {%- endif -%}
    {%- endfor -%}
    {{- (message.content or '') | trim if said.trims else message.content or '' -}}
    {%- for call in message.tool_calls or [] -%}
      {%- set call = call.function or call -%}
      {{- CALL[0] + '{"name": ' + call.name | tojson + ', "arguments": ' + call.arguments | tojson + '}' + CALL[1] -}}
    {%- endfor -%}
  {%- elif message.role == 'tool' -%}
    {{- RESPONSE[0] + '{"name": ' + message.name | default(none) | tojson -}}
    {{- ', "content": ' + message.content | default(none) | tojson + '}' + RESPONSE[1] -}}
  {%- else -%}
    {%- set content = own + '\\n\\n' + message.content if folds and TRIMS_FOLDED and not tools else message.content -%}
    {{- content | trim if TRIMS else content -}}
  {%- endif -%}
  {%- if message.role != 'tool' or loop.last or turns[loop.index0 + 1].role != 'tool' -%}{{- END -}}{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- header('assistant') -}}{%- endif -%}
"""


def chat_template(format: ChatFormat, markup: Markup) -> str:
    """The Jinja template of a format in a family's markup, for `tokenizer_config.json`."""
    before, after = markup.header.split("{role}")
    constants = {
        "BOS": markup.bos,
        "BEFORE": before,
        "AFTER": after,
        "END": markup.end + markup.after,
        "ROLES": markup.roles,
        "INSTRUCTIONS": format.instructions,
        "DEFAULT_SYSTEM": markup.default_system,
        "HAS_SYSTEM": markup.has_system,
        "TRIMS": markup.trims,
        "TRIMS_FOLDED": markup.trims_folded,
        "PARTS": [("reasoning_content", *format.think), *format.extra_parts],
        "TOOLS": format.tools,
        "CALL": format.tool_call,
        "RESPONSE": format.tool_response,
    }
    sets = (f"{{%- set {name} = {json.dumps(value, ensure_ascii=False)} -%}}" for name, value in constants.items())
    return "".join([*sets, *(line.strip() for line in _TEMPLATE.splitlines())])
