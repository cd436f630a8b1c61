"""Renders templates by jinja2 through transformers, as `apply_chat_template` does.

    python make_jinja.py                      writes jinja.json beside itself
    python make_jinja.py --public FOLDER      writes FOLDER/expected.json for the *.jinja in FOLDER, of which nothing is kept here
    python make_jinja.py --random COUNT FILE  writes more of the random templates to FILE

All templates here were written for this project, in the shapes of those that models bring. `strftime_now` sees 2024-07-26 09:05:03.
"""

import argparse
import datetime
import json
import pathlib
import random
import signal
import warnings

import jinja2
import transformers
from transformers.utils import chat_template_utils

SEED = 19
MOMENT = datetime.datetime(2024, 7, 26, 9, 5, 3)


class FixedDate(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return MOMENT


chat_template_utils.datetime = FixedDate


def render(template, variables):
    """The text, or nothing where jinja2 fails."""
    variables = dict(variables)
    try:
        texts, _ = chat_template_utils.render_jinja_template(
            conversations=[variables.pop("messages", [])], tools=variables.pop("tools", None),
            documents=variables.pop("documents", None), chat_template=template,
            add_generation_prompt=variables.pop("add_generation_prompt", False), **variables)
        texts[0].encode()  # lone surrogates are no text
        return texts[0]
    except Exception:  # noqa: BLE001 - whatever fails there has to fail here
        return None


# MARK: One construct each

VARIABLES = {
    "messages": [{"role": "system", "content": " Be brief.\n"}, {"role": "user", "content": "2+2?"},
                 {"role": "assistant", "content": "<think>\nadd\n</think>\n\n4", "tool_calls": None},
                 {"role": "user", "content": "e\u0301 👍🏽 \u3000"}],
    "text": "Ab c\td\n\u00a0", "number": 7, "share": 2.5, "yes": True, "no": False, "nothing": None,
    "words": ["b", "A", "c", "a", "B"], "numbers": [3, 1, 2, 3],
    "mapping": {"b": 1, "A": [1, 2.0, None], "items": "x", "c": {"d": "e"}},
    "tool": {"name": "f", "parameters": {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": ["string", "null"]}}}},
}

SMALL = """
{% for x in [1] %}{% continue %}{% else %}E{% endfor %}
{% for x in [1] %}{% break %}{% else %}E{% endfor %}
{% for x in [] %}a{% else %}E{% endfor %}{% for x in [1] %}a{% else %}E{% endfor %}
{{ ('a<'|safe) + '<' }} {{ '<' + ('a<'|safe) }} {{ ('<'|safe) ~ '<' }} {{ '<&"\\'>'|escape }} {{ ('<'|safe)|e }} {{ ('<'|e)|forceescape }}
{{ mapping.items() }} {{ mapping.keys() }} {{ mapping.values() }} {{ mapping.items()|length }} {{ mapping['items'] }}
{{ range(3) }} {{ range(1, 9, 3)|list }} {{ range(5)[2] }} {{ 3 in range(3) }} {{ range(3, 0, -1)|join }} {{ range(3)|last }}
{{ x is sequence }} {{ x is iterable }} {{ x is callable }} {{ x|length }} {{ x|list }} {{ x is mapping }} {{ x is string }}
{{ mapping is sequence }} {{ mapping.items() is sequence }} {{ text is iterable }} {{ 5 is iterable }} {{ none is iterable }} {{ true is number }}
{{ true is integer }} {{ 1.0 is float }} {{ 1 is boolean }} {{ 'a' is lower }} {{ 'aB' is upper }} {{ 3 is odd }} {{ 4 is divisibleby 2 }}
{{ 'a' is in 'cab' }} {{ 1 in [1.0] }} {{ x in [] }} {{ 'b' in mapping }} {{ 'z' not in mapping }} {{ 2 is eq 2.0 }} {{ 1 is sameas true }}
{{ 'upper' is filter }} {{ 'nope' is filter }} {{ 'odd' is test }} {{ none is none }} {{ x is none }} {{ x is undefined }} {{ yes is true }} {{ no is false }}
{{ '\\é' }} {{ '\\x41\\u00e9\\U0001f600\\101\\q\\n' }} {{ "it's" 'two' }} {{ 'a\\
b' }}
{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 2 ** 10 }} {{ 1 / 3 }} {{ 6 / 2 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }}
{{ 1 + 2 * 3 - 4 }} {{ 1 ~ 2 * 3 }} {{ 'a' ~ 1 + 'c' ~ 2 }} {{ true + 1 }} {{ 'a' * 3 }} {{ 3 * [1] }} {{ [1] + [2] }} {{ (1,) + (2, 3) }}
{{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ 'a' < 'b' }} {{ [1, 2] < [1, 3] }} {{ 1 == 1.0 == true }} {{ none == none }} {{ x == y }} {{ x != 1 }}
{{ not not 1 }} {{ not x }} {{ 0 or '' or 'z' }} {{ 1 and 'b' and [] }} {{ 1 if no else 2 if yes else 3 }} {{ 'a' if no }}|{{ ('a' if no) is defined }}
{{ none }} {{ true }} {{ 1.0 }} {{ 1e16 }} {{ 1.5e-7 }} {{ 1_000 }} {{ 0x1f }} {{ 0b11 }} {{ 0o17 }} {{ 1e5 }} {{ 123456789012345680.0 }} {{ 0.1 + 0.2 }} {{ -0.0 }}
{{ [x] }} {{ ['a\\'b', "q\\"'", '\\n\u00a0\u200b\\\\', 1.5, none, (1,), (), {}, {'a': (1, 2)}] }} {{ ['\U0001f600', '\x7f', '\ue000'] }}
{% macro f() %}{{ tools }}{% endmacro %}{{ f() }}{% set tools = 1 %}{{ f() }}
{% for i in [1, 2] %}{% if i == 2 %}{% set number = i %}{% endif %}{{ number }}{% endfor %}{{ number }}
{% for i in [1, 2] %}{{ number }}{% set number = number + 1 %}{{ number }}{% endfor %}{{ number }}
{% if yes %}{% set number = 1 %}{% endif %}{% for i in [0] %}{{ number }}{% set number = 2 %}{% endfor %}{{ number }}
{% for i in [1] %}{% for j in [1] %}{{ number }}{% endfor %}{% set number = 3 %}{% endfor %}{{ number }}
{% set ns = namespace(a=1, b=[]) %}{% for i in numbers %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}{{ ns.z is defined }}{{ ns['a'] }}
{% set ns = namespace() %}{% set ns._a = 1 %}
{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set ns = namespace() %}{% set ns.x, c = 3, 4 %}{{ ns.x }}{{ c }}{% set (d, e) = 'xy' %}{{ d }}{{ e }}
{% set a %} x {{ number }} {% endset %}[{{ a }}]{% set b | trim | upper %} y {% endset %}[{{ b }}]
{% filter upper %}a{{ text }}{% endfilter %}{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a is defined }}
{% with a = number %}{% with number = 1, b = a %}{{ number }}{{ b }}{% endwith %}{{ number }}{% endwith %}
{% macro m(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, 4, x=4) }} {{ m() }} {{ m(c=5, a=6) }}
{% macro m() %}[{{ caller(1) }}]{% endmacro %}{% call(x) m() %}{{ x + number }}{% endcall %}
{% macro fact(n) %}{{ 1 if n < 2 else n * fact(n - 1)|int }}{% endmacro %}{{ fact(5) }}
{% macro m(x) %}{% if x is mapping %}{{ '{' }}{% for k, v in x|dictsort %}{{ k }}:{{ m(v) }}{{ ',' if not loop.last }}{% endfor %}{{ '}' }}{% elif x is iterable and x is not string %}[{% for v in x %}{{ m(v) }};{% endfor %}]{% else %}{{ x }}{% endif %}{% endmacro %}{{ m(mapping) }}
{% macro m() %}x{% endmacro %}{{ m(1) }}
{% macro m() %}x{% endmacro %}{{ m(a=1) }}
{% for m in messages %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.previtem.role if loop.previtem }}{{ loop.nextitem.role if loop.nextitem is defined }}{{ loop.cycle('a', 'b') }}{{ loop.changed(m.role) }};{% endfor %}
{% for m in messages if m.role == 'user' %}{{ loop.index }}/{{ loop.length }}{{ loop.last }}{{ m.content }}{% else %}none{% endfor %}
{% set ns = namespace(found=false) %}{% for m in messages if not ns.found %}{{ m.role }}{% if m.role == 'user' %}{% set ns.found = true %}{% endif %}{% endfor %}
{% set ns = namespace(found=false) %}{% for m in messages if not ns.found %}{{ m.role }}{{ loop.last }}{% if m.role == 'user' %}{% set ns.found = true %}{% endif %}{% endfor %}
{% for a in numbers %}{% for b in words %}{% if b == 'c' %}{% break %}{% endif %}{% if b == 'A' %}{% continue %}{% endif %}{{ a }}{{ b }}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}
{% for i in [1, 2] %}{% set x %}a{% if i == 1 %}{% break %}{% endif %}{% endset %}{{ x }}{% endfor %}{{ x }}
{% for k, v in mapping.items() %}{{ k }}={{ v }};{% endfor %}{% for k in mapping %}{{ k }}{% endfor %}{% for k, v in mapping|items %}{{ k }}{% endfor %}
{% for a, b in ['xy', 'z'] %}{{ a }}{{ b }}{% endfor %}
{% for x in 5 %}{% endfor %}
{% for x in none %}{% endfor %}
{% for c in 'e\u0301\U0001f600' %}{{ c }}|{% endfor %}{{ 'e\u0301\U0001f600'|length }}{{ text[1] }}{{ text[-2:] }}
{{ messages[0].content|trim }}|{{ messages[-1]['role'] }}|{{ messages[9] is defined }}|{{ messages[1:]|length }}|{{ messages[::-1][0].role }}|{{ messages.0.role }}
{{ 'abc'[::-1] }} {{ 'abc'[-2:] }} {{ (1, 2, 3)[1:] }} {{ [1, 2, 3][::2] }} {{ [1, 2, 3][5:] }} {{ 'abc'[:-5] }} {{ 'abc'[10:-10:-1] }}
{{ [1][::0] }}
{{ dict(*[[(1, 2)]]) }} {{ range(*[1, 3])|list }} {{ 'abc' % [1] }} {{ '%s|' % x }} {{ 'é'|float }} {{ '٣'|string }} {{ x|reverse|list }} {{ range(3).x }}
{{ messages.append(1) }}
{{ messages.append is defined }}{{ mapping.pop is defined }}{{ mapping.get('b') }}{{ mapping.get('q') }}{{ mapping.get('q', 3) }}
{{ none.x }}|{{ 5.x }}|{{ text.nope }}|{{ text['nope'] }}|{{ mapping[x] }}|{{ mapping[[1]] }}|{{ messages['x'] }}|{{ numbers[1.0] }}
{{ x.y }}
{{ x['y'] }}
{{ x + 1 }}
{{ x() }}
{{ x < 1 }}
{{ -x }}
{{ x|int }}
{{ 5() }}
{{ 1 / 0 }}
{{ 1 + 'a' }}
{{ 1 < 'a' }}
{{ 1 in 'a' }}
{{ 'x'|abs }}
{{ x|tojson }}
{{ {}[[]] }}{{ {[]: 1} }}
{{ 'a'|int }} {{ '1.5'|int }} {{ ' 12 '|int }} {{ none|int }} {{ [1]|int(default=7) }} {{ 2.9|int }} {{ '-3'|int }} {{ '1_0'|int }} {{ '1e2'|int }} {{ true|int }}
{{ '1.5'|float }} {{ 3|float }} {{ 'x'|float }} {{ 'x'|float(1.5) }} {{ '1e3'|float }} {{ 2.5|round }} {{ 3|round }} {{ 2.5|round(0, 'ceil') }} {{ 3|round(0, 'floor') }} {{ -3|abs }} {{ -2.5|abs }}
{{ 'abc'|first }}{{ 'abc'|last }} {{ mapping|first }} {{ []|first }} {{ []|last }} {{ numbers|sum }} {{ [[1], [2]]|sum(start=[]) }} {{ numbers|min }} {{ words|max }} {{ []|max }}
{{ numbers|sort }} {{ numbers|sort(reverse=true) }} {{ words|sort }} {{ words|sort(case_sensitive=true) }} {{ words|unique|list }} {{ numbers|unique|list }} {{ messages|sort(attribute='role')|map(attribute='role')|join(',') }}
{{ mapping|dictsort|map('first')|join }} {{ {'b': 1, 'a': 2}|dictsort(by='value') }} {{ {'b': 1, 'a': 2}|dictsort(reverse=true) }}
{{ numbers|reverse|list }} {{ 'abc'|reverse }} {{ numbers|list|join('-') }} {{ messages|join('|', attribute='role') }} {{ [1, none, x, 'a']|join(',') }}
{{ messages|map(attribute='role')|list }} {{ messages|map(attribute='nope', default='?')|join }} {{ words|map('upper')|list }} {{ numbers|map('string')|list }} {{ ['ab', 'c']|map('replace', 'a', 'b')|list }}
{{ messages|selectattr('role', 'equalto', 'user')|list|length }} {{ messages|rejectattr('role', 'in', ['user', 'system'])|map(attribute='role')|list }} {{ messages|selectattr('tool_calls', 'defined')|list|length }} {{ numbers|select('odd')|list }} {{ numbers|reject('gt', 1)|list }} {{ [0, 1]|select|list }}
{% set users = messages|selectattr('role', 'equalto', 'user') %}{% for u in users %}{{ u.content }}{% endfor %}{{ users|list|length }}
{{ x|map('y')|list }} {{ [1]|map('trim') is defined }} {{ [1]|batch(2)|list }} {{ [1, 2, 3, 4, 5]|batch(2, 'f')|list }} {{ [1, 2, 3, 4, 5]|slice(2, 'f')|list }} {{ ['ab', 'b', 'Ac']|groupby(0) }}
{{ messages|groupby('role') }}
{{ x|default('d') }} {{ ''|default('d') }} {{ ''|default('d', true) }} {{ none|d('e') }} {{ x.y|default('z') if x is defined else 'u' }} {{ mapping.q|default([]) }}
{{ text|upper }}{{ text|lower }}{{ text|title }}{{ text|capitalize }}{{ text|trim }}|{{ text|length }}{{ 'xaxbx'|trim('x') }} {{ 5|upper }} {{ none|string ~ 1|string }} {{ "it's o(x <Y-z"|title }}
{{ 'ΑΣ'|lower }} {{ 'ß'|upper }} {{ 'ǆa'|capitalize }} {{ 'ΑΣ'.lower() }} {{ 'aB'.capitalize() }} {{ 'Straße'.upper() }}
{{ 'a b'.split() }} {{ ' a  b '.split() }} {{ ' a  b c '.split(none, 1) }} {{ ' a b c '.rsplit(none, 1) }} {{ 'aXbXc'.split('X', 1) }} {{ 'aXbXc'.rsplit('X', 1) }} {{ ''.split(',') }} {{ ''.split() }} {{ 'a,b'.split(sep=',', maxsplit=-1) }}
{{ '  a '.strip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'abca'.lstrip('ab') }}|{{ 'abca'.rstrip('a') }}|{{ '\\na\\n'.lstrip('\\n') }}|{{ '\u3000a'.strip() }}|{{ 'a'.strip(none) }}
{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith(('x', 'c')) }} {{ 'abc'.find('c') }} {{ 'abc'.find('z') }} {{ 'é👍a'.find('a') }} {{ 'aba'.rfind('a') }} {{ 'aaa'.count('aa') }} {{ 'abc'.replace('', '-') }} {{ 'aaa'.replace('a', 'b', 2) }} {{ ','.join(['a', 'b']) }} {{ 'abc'.removeprefix('a').removesuffix('c') }}
{{ ','.join([1]) }}
{{ 'a'.split('') }}
{{ 'abc'|replace('b', 1) }} {{ 121|replace(1, 'x') }} {{ 'aaa'|replace('a', 'b', 2) }} {{ 'a\\nb\\n\\nc'|indent }}|{{ 'a\\nb'|indent(2, true) }}|{{ 'a\\n\\nb'|indent('> ', blank=true) }}|{{ 'abc def ghi'|truncate(7, leeway=0) }} {{ 'abc def ghi'|truncate(7, true, '~', 0) }} {{ "a b_c, d\u0301"|wordcount }}
{{ '%s-%d-%%' % ('a', 3) }} {{ '%s' % 3 }} {{ '%s %r'|format('x', 'y') }} {{ '%s' % mapping }}
{{ '%s' % () }}
{{ mapping|tojson }} {{ mapping|tojson(indent=2) }} {{ mapping|tojson(separators=(',', ':'), sort_keys=true) }} {{ 'é\u007f😀</x>\\n\\u0001"'|tojson }} {{ 'é\u007f😀'|tojson(ensure_ascii=true) }} {{ [1.0, 1e20, true, none, (1, 2), [], {}]|tojson }} {{ [1, [2]]|tojson(indent=0) }} {{ {1: 2, none: 3, true: 4}|tojson }}
{{ dict(a=1, b=2) }} {{ dict([('x', 1)]) }} {{ dict(mapping, b=2).b }} {{ {1: 'a'}[true] }} {{ {'a': 1, 'a': 2} }} {{ {'a': 1} == {'a': 1.0} }}
{{ strftime_now('%d %b %Y') }} {{ strftime_now('%Y-%m-%d %H:%M:%S %A %B %j %p %-d %y %a %I') }} {{ strftime_now is defined }}
{{ raise_exception('no ' ~ 1) }}
{{ raise_exception is defined }}{{ caller }}{{ loop }}{{ varargs }}
{{ messages[2].content.split('</think>')[-1].lstrip('\\n') }} {{ messages[2].content.split('</think>')[0].split('<think>')[-1].strip('\\n') }}
{% generation %}a{% set number = 1 %}{{ number }}{% endgeneration %}{{ number }}
{%- raw -%}  {{ x }} {%- endraw %} a {% raw %} {% if %} {% endraw %}
{#- c -#} x {#+ d +#}
{% if yes -%}  a  {%- elif no %} b {%+ else %} c {% endif +%}
{{- 1 -}}  {{+2}} {{-3}}
{% if yes: %}a{% endif %}{% for i in [1]: %}{{ i }}{% endfor %}
{% print 1, 2 %}{{ 1, 2 }}{{ (1, 2) }}{{ [1, 2,] }}{{ {'a': 1,} }}
{{ 1 if 2 }}{{ {'a': {'b': {}}} }}{{ {'a': {}}['a'] }}
{% set x = 'ab' %}{% set y = x %}{{ y[0] }}{% set x = x ~ 'c' %}{{ x }}{{ y }}
{% if messages[0]['role'] == 'system' %}{% set rest = messages[1:] %}{% set system = messages[0]['content'].strip() %}{% else %}{% set rest = messages %}{% set system = '' %}{% endif %}{{ system }}{{ rest|length }}
{{ tool.parameters.properties.items()|map('first')|list }} {{ tool.parameters.properties.y.type is string }} {{ tool | tojson(indent=4) | safe }}
{{ (messages | last).role }} {{ (1 + 2) | string + 'a' }} {{ 'a' + 1 | string }} {{ not messages is string }} {{ 1 is not odd }} {{ messages is defined and messages }}
{{ yes and no or 'x' }} {{ x is defined and x.y }} {{ (x or 'q') ~ 'r' }} {{ number if number is not none }} {{ 'a' in words and 'z' not in words }}
""".strip("\n").split("\n")

# A line that ends in a backslash goes on in the next one.
SMALL = [line for line in "\n".join(SMALL).replace("\\\n", "\0").split("\n")]
SMALL = [line.replace("\0", "\\\n") for line in SMALL] + [
    "a\n  {% if yes %}\n b\n  {% endif %}\nc\n  {{ 1 }}\n", "  {% if yes %}\r\n x\r{% endif %}\r\n", "\n\n{% set a = 1 %}\n\n  {#  c #}  \n{{ a }}\n\n",
    "a {%- raw -%}  {{ x }} {%- endraw %}\n b", "a\n  {% raw %}\n  x\n  {% endraw %}\n b", "{% for m in messages %}\n  {{- m.role }}\n  {%- if not loop.last %}\n,\n  {%- endif %}\n{% endfor %}\n",
    "x {% if yes %}\n  y\n{% else %}\nz{% endif %}\n\n", "a  {%+ if yes %} b {% endif %}", "\t{% set x = 1 -%}\n\n\t y", "{{ 'a\nb' }}\n{{ \"\\\n\" }}",
    # No Jinja at all.
    "{% if %}", "{% for x in y %}", "{{ 1 }", "{{ (1 }}", "{{ 1) }}", "{% endif %}", "{% break %}", "{{ 'a }}", "{# a", "{% raw %}", "{% set 1 = 2 %}", "{{ a..b }}", "{{ 1 is }}",
    "{% nope %}", "{% if a %}{% endfor %}", "{{ }}", "{% macro m(a=1, b) %}{% endmacro %}", "{{ f(a=1, 2) }}", "{% set %}", "{{ 'a' is string is string }}", "{{ a ? b }}", "{% set none = 1 %}",
    "{% for loop in [1] %}{% endfor %}", "{% call 1 %}{% endcall %}", "{{ '\\x4' }}", "{{ 1 2 }}", "{% for x in [1] %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}",
]

# What Python renders and the interpreter refuses, with what it names.
REFUSED = [
    ("{{ [1]|reverse }}", "the type iterator"), ("{{ namespace(a=1) }}", "the type Namespace"), ("{% for i in [1] %}\n{{ loop }}{% endfor %}", "the type LoopContext"),
    ("{{ mapping.get }}", "the type method"), ("a\n{% include 'x' %}", "the statement “include” on line 2"), ("{% block a %}{% endblock %}", "the statement “block” on line 1"),
    ("{% for x in numbers recursive %}{% endfor %}", "a recursive loop"), ("{{ 1|urlize }}", "the filter “urlize” on line 1"), ("{{ text|xmlattr }}", "the filter “xmlattr”"),
    ("{{ text is nope }}", "the test “nope”"), ("{{ text.encode() }}", "the member “encode”"), ("{{ text.format(1) }}", "the member “format”"), ("{{ text.__class__ }}", "the attribute “__class__”"),
    ("{{ lipsum() }}", "the function “lipsum”"), ("{{ cycler(1) }}", "the function “cycler”"), ("{{ 9223372036854775807 + 1 }}", "more than 64 bits"), ("{{ 2 ** -1 }}", "a negative exponent"),
    ("{{ 2.0 ** 0.5 }}", "a power of numbers with fractions"), ("{{ dict(**mapping) }}", "arguments out of a mapping"), ("{{ nothing[1:] }}", "a slice of a value of the type NoneType"), ("{{ none[1:] }}", "a slice of a value of the type NoneType"), ("{{ 2.55|round(1) }}", "with a precision"), ("{{ '%5d' % 3 }}", "the conversion “%5”"),
    ("{{ strftime_now('%c') }}", "the format of dates"), ("{{ '\\N{BULLET}' }}", "a character by its name"), ("{{ text.startswith('a', 1) }}", "“startswith” with a place"),
    ("{{ " + "(" * 60 + "1" + ")" * 60 + " }}", "nested more than"), ("{{ 5.real }}", "the member “real”"), ("{{ text[] }}", "a pair of brackets without an index"), ("{{ text[0.5:] }}", "a slice with a place that is no whole number"), ("{{ größe }}", "names in other letters than a to z on line 1"), ("{{ 'a' is sameas 'a' }}", "the test “sameas”"),
]

# MARK: Whole chat templates

CHATS = {
    # ChatML, with a default system message.
    "chatml": """{% for m in messages %}{% if loop.first and m['role'] != 'system' %}{{ '<|im_start|>system\\nHelp.<|im_end|>\\n' }}{% endif %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}""",
    # Instructions in brackets, the system message inside of the first.
    "brackets": """{% if messages[0]['role'] == 'system' %}{% set rest = messages[1:] %}{% set lead = '<<SYS>>\\n' + messages[0]['content'] + '\\n<</SYS>>\\n\\n' %}{% else %}{% set rest = messages %}{% set lead = '' %}{% endif %}{% for m in rest %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate, but message ' ~ loop.index ~ ' is from ' ~ m['role']) }}{% endif %}{% set content = (lead if loop.first else '') ~ m['content'] %}{% if m['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif m['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}""",
    # Headers, trimmed contents, the beginning only once.
    "headers": """{% set loop_messages = messages %}{% for m in loop_messages %}{% set content = '<|head|>' + m['role'] + '<|/head|>\\n\\n' + m['content'] | trim + '<|end|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{{ '<|head|>assistant<|/head|>\\n\\n' if add_generation_prompt }}""",
    # The same with a date, tools and knowledge in the system message.
    "dated": """{{- bos_token }}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|head|>system<|/head|>\\n\\n" }}
{%- if tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{{- "Today Date: " + date_string + "\\n\\n" }}
{%- if tools is not none %}
    {{- "Respond with JSON." }}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- system_message }}
{{- "<|eot|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|head|>' + message['role'] + '<|/head|>\\n\\n'+ message['content'] | trim + '<|eot|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("One call at a time!") }}
        {%- endif %}
        {%- set tool_call = message.tool_calls[0].function %}
        {{- '{"name": "' + tool_call.name + '", "parameters": ' }}
        {{- tool_call.arguments | tojson }}
        {{- "}<|eot|>" }}
    {%- else %}
        {{- message.content | tojson if message.content is mapping or message.content is iterable and message.content is not string else message.content }}
        {{- "<|eot|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|head|>assistant<|/head|>\\n\\n' }}
{%- endif %}
""",
    # Alternating turns of user and model; contents may be lists of parts.
    "parts": """{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- if messages[0]['content'] is string -%}
        {%- set prefix = messages[0]['content'] + '\\n\\n' -%}
    {%- else -%}
        {%- set prefix = messages[0]['content'][0]['text'] + '\\n\\n' -%}
    {%- endif -%}
    {%- set turns = messages[1:] -%}
{%- else -%}
    {%- set prefix = "" -%}
    {%- set turns = messages -%}
{%- endif -%}
{%- for message in turns -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception("Conversation roles must alternate") }}
    {%- endif -%}
    {%- if (message['role'] == 'assistant') -%}
        {%- set role = "model" -%}
    {%- else -%}
        {%- set role = message['role'] -%}
    {%- endif -%}
    {{ '<turn>' + role + '\\n' + (prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}
            {%- if item['type'] == 'image' -%}
                {{ '<image>' }}
            {%- elif item['type'] == 'text' -%}
                {{ item['text'] | trim }}
            {%- endif -%}
        {%- endfor -%}
    {%- else -%}
        {{ raise_exception("Invalid content type") }}
    {%- endif -%}
    {{ '</turn>\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{ '<turn>model\\n' }}
{%- endif -%}
""",
    # Thoughts: shown only behind the last question, which is looked for from the end.
    "thoughts": """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\\n\\n' }}
    {%- endif %}
    {{- "# Tools\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools><|im_end|>\\n" }}
{%- else %}
    {%- if messages[0].role == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- set content = message.content if message.content is string else '' %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set reasoning = '' %}
        {%- if message.reasoning_content is string %}
            {%- set reasoning = message.reasoning_content %}
        {%- elif '</think>' in content %}
            {%- set reasoning = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index and (loop.last or (not loop.last and reasoning)) %}
            {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {%- if message.tool_calls %}
            {%- for tool_call in message.tool_calls %}
                {%- if (loop.first and content) or (not loop.first) %}{{- '\\n' }}{%- endif %}
                {%- if tool_call.function %}{%- set tool_call = tool_call.function %}{%- endif %}
                {{- '<tool_call>\\n{"name": "' }}
                {{- tool_call.name }}
                {{- '", "arguments": ' }}
                {%- if tool_call.arguments is string %}{{- tool_call.arguments }}{%- else %}{{- tool_call.arguments | tojson }}{%- endif %}
                {{- '}\\n</tool_call>' }}
            {%- endfor %}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if loop.first or (messages[loop.index0 - 1].role != "tool") %}{{- '<|im_start|>user' }}{%- endif %}
        {{- '\\n<tool_response>\\n' ~ content ~ '\\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}{{- '<|im_end|>\\n' }}{%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}
""",
    # Types of tools written out by macros that call themselves.
    "types": """{%- macro type_of(schema) %}
    {%- if schema.type is string %}
        {%- if schema.type == 'array' %}list[{{ type_of(schema['items']) }}]
        {%- elif schema.type == 'object' %}
            {%- if schema.additionalProperties is defined %}dict[str, {{ type_of(schema.additionalProperties) }}]
            {%- else %}dict
            {%- endif %}
        {%- else %}{{ {'integer': 'int', 'string': 'str', 'number': 'float', 'boolean': 'bool'}[schema.type] }}
        {%- endif %}
    {%- elif schema.type is iterable %}Union[{% for t in schema.type %}{{ type_of({'type': t}) }}{% if not loop.last %},{% endif %}{% endfor %}]
    {%- else %}Any
    {%- endif %}
{%- endmacro %}
{{- bos_token }}
{%- for tool in (tools or []) %}
    {%- set f = tool.function if tool.function is defined else tool %}
    {{- 'def ' ~ f.name ~ '(' }}
    {%- for name, schema in f.parameters.properties.items() %}
        {{- name + ': ' + type_of(schema)|trim + (', ' if not loop.last else '') }}
    {%- endfor %}
    {{- ')\\n' }}
    {%- if f.description %}{{ '"""' ~ f.description|indent(2) ~ '"""\\n' }}{% endif %}
{%- endfor %}
{% for message in messages %}
<{{ message.role|upper }}>{{ message.content if message.content is string else message.content|map(attribute='text')|select('string')|join('\\n') }}
{% endfor %}
{% if add_generation_prompt %}<ASSISTANT>{% endif %}""",
    # A macro with a caller, flags in a namespace, filtered loops.
    "caller": """{% macro turn(role, close=true) -%}<|{{ role }}|>
{{ caller() | trim }}
{%- if close %}</s>{% endif %}

{% endmacro -%}
{% set ns = namespace(system='', asked=false, count=0) -%}
{% for m in messages if m.role == 'system' %}{% set ns.system = ns.system ~ m.content ~ ('' if loop.last else '\\n') %}{% endfor -%}
{% for m in messages if m.role != 'system' -%}
{% if not ns.asked and ns.system %}{% call turn('system') %}{{ ns.system }}{% endcall %}{% set ns.asked = true %}{% endif -%}
{% set ns.count = ns.count + 1 -%}
{% call turn(m.role, not loop.last or m.role == 'assistant') %}{{ m.content }}{% endcall -%}
{% else %}{{ raise_exception('Nobody says anything.') }}{% endfor -%}
{{ ns.count }}{% if add_generation_prompt %}<|assistant|>
{% endif %}""",
    # Documents and generation marks.
    "documents": """{%- set who = {'user': 'U', 'assistant': 'A', 'system': 'S'} -%}
{%- for d in documents or [] %}[{{ loop.index0 }}] {{ d.title|default('untitled', true) }}: {{ d['text'] }}
{% endfor -%}
{%- for message in messages -%}
{%- if message['role'] not in who %}{{ raise_exception('Unknown role: ' + message['role']) }}{% endif -%}
{{ who[message['role']] }}: {% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] }}{{ eos_token }}{% endgeneration %}{% else %}{{ message['content'] }}{% endif %}

{% endfor -%}
{%- if add_generation_prompt %}A:{% endif -%}""",
    # The last turns count from the end; contents may be missing.
    "window": """{%- set keep = 3 -%}{%- set cut = messages[-keep:] if messages|length > keep else messages -%}
{%- set names = cut|map(attribute='role')|unique|list -%}
{{ bos_token ~ names|join('/') }}{% for m in cut %}
{{ loop.revindex }}{{ '*' if m is sameas none else '' }} {{ m.get('content', '') or '(nothing)' }}{{ ' !' if m.role == 'user' and loop.nextitem is defined and loop.nextitem.role == 'user' }}
{%- endfor %}{{ eos_token if not add_generation_prompt else '\\n> ' }}""",
}

CONTENTS = ["Hi", "  padded \n", "", "two\nlines", "\u00a0\u3000x\u2003", "e\u0301 👍🏽\r\n", "{{ bos_token }} {% if x %}", "<|im_end|>", "<think>\nwhy\n</think>\n\nA", "why</think>A",
            "<tool_response>\n4\n</tool_response>", "\u0301starts with a mark", "'quoted' \"twice\" \\", "</s>"]
TOOLS = [{"type": "function", "function": {"name": "get", "description": "Gets é\nthings <x>.", "parameters": {"type": "object", "properties": {
    "a": {"type": "integer"}, "b": {"type": ["string", "null"]}, "c": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "number"}}}, "d": {}}, "required": ["a"]}}}]


def conversations(generator, count):
    """Conversations with every kind of disorder."""
    def message(role):
        result = {"role": role, "content": generator.choice(CONTENTS)}
        kind = generator.random()
        if kind < 0.06:
            result["content"] = [{"type": "text", "text": generator.choice(CONTENTS)}, {"type": "image"}]
        elif kind < 0.09:
            result["content"] = None
        elif role == "assistant" and kind < 0.2:
            result["tool_calls"] = [{"id": "1", "type": "function", "function": {"name": "get", "arguments": generator.choice([{"a": 1, "b": "é"}, '{"a": 2}'])}}]
        elif role == "assistant" and kind < 0.25:
            # transformers gives what was thought under older names too.
            result = {"thinking": "because", **result, "reasoning_content": "because"}
        return result

    for _ in range(count):
        roles = ["system"] if generator.random() < 0.4 else []
        if generator.random() < 0.8:
            roles += (["user", "assistant"] * 4)[:generator.randint(0 if roles else 1, 6)]
        else:
            roles += [generator.choice(["user", "assistant", "tool", "system"]) for _ in range(generator.randint(1, 6))]
        variables = {"messages": [message(role) for role in roles], "add_generation_prompt": generator.random() < 0.5, "bos_token": "<s>", "eos_token": "</s>"}
        if generator.random() < 0.2:
            variables["tools"] = TOOLS
        if generator.random() < 0.1:
            variables["documents"] = [{"title": "T", "text": "x"}, {"text": "y"}]
        if generator.random() < 0.3:
            variables["enable_thinking"] = generator.random() < 0.5
        yield variables


# MARK: Random templates

class Grammar:
    """Templates that are likely to mean something."""

    def __init__(self, generator):
        self.generator = generator
        self.locals = []

    def pick(self, *choices):
        return self.generator.choice(choices)

    def atom(self):
        return self.pick("text", "number", "share", "yes", "no", "nothing", "words", "numbers", "mapping", "messages", "messages[0]", "messages[1].content", "mapping.c", "tool.parameters", "x", "'a-b c'",
                         "''", "'é👍'", "'<&'", "3", "-2", "0", "2.5", "1e20", "true", "none", "[]", "{}", "(1, 'a')", "[1, [2, 'x']]", "{'k': 1, 'l': none}", "range(4)", "namespace(a=1).a", *self.locals)

    def expression(self, depth):
        g = self.generator
        if depth <= 0 or g.random() < 0.15:
            return self.atom()
        e = lambda: self.expression(depth - 1)  # noqa: E731
        kind = g.randrange(12)
        if kind == 0:
            # Powers of powers take Python for ever.
            return self.pick(f"{e()} {self.pick('+', '-', '*', '/', '//', '%', '~', '~')} {e()}", f"{self.atom()} ** {self.pick('2', '0', '3')}")
        if kind == 1:
            return f"({e()} {self.pick('==', '!=', '<', '>', '<=', '>=', 'in', 'not in')} {e()})"
        if kind == 2:
            return f"({e()} {self.pick('and', 'or')} {e()})"
        if kind == 3:
            return f"({e()} if {e()}{' else ' + e() if g.random() < 0.8 else ''})"
        if kind == 4:
            return f"({e()} is {self.pick('', 'not ')}{self.test(depth - 1)})"
        if kind == 5:
            return self.pick(f"(not {e()})", f"(-{e()})", f"[{e()}, {e()}]", f"({e()}, {e()})", f"{{'q': {e()}, {e()}: 2}}", f"({e()})")
        if kind == 6:
            return f"{self.target(depth)}[{self.pick(self.expression(depth - 1), '0', '-1', '1:', ':2', '::-1', '-2:', '1:3:2', repr('content'), repr('b'))}]"
        if kind == 7:
            return f"{self.target(depth)}.{self.pick('role', 'content', 'a', 'items', 'b', 'c', 'properties', 'x')}"
        if kind == 8:
            return f"{self.target(depth)}.{self.method(depth - 1)}"
        return f"({e()})|{self.filter(depth - 1)}" if g.random() < 0.5 else f"{self.target(depth)}|{self.filter(depth - 1)}"

    def target(self, depth):
        return self.atom() if self.generator.random() < 0.7 else f"({self.expression(depth - 1)})"

    def test(self, depth):
        return self.pick("defined", "undefined", "none", "string", "mapping", "iterable", "sequence", "number", "integer", "float", "boolean", "true", "false", "odd", "even", "divisibleby(2)", "callable", "lower", "upper",
                         f"eq({self.expression(depth)})", f"in({self.expression(depth)})", f"lt({self.expression(depth)})", "sameas(none)", "escaped")

    def method(self, depth):
        e = lambda: self.expression(depth)  # noqa: E731
        return self.pick("strip()", "strip('a ')", "lstrip()", "rstrip('c')", "split()", "split('-')", "split(' ', 1)", "rsplit(none, 1)", f"split({e()})", "upper()", "lower()", "capitalize()", "startswith('a')", f"endswith({e()})",
                         f"replace('a', {e()})", "find('b')", "rfind(' ')", "count('a')", f"join({e()})", "items()", "keys()", "values()", f"get({e()})", f"get('k', {e()})", "index(1)", "removeprefix('a')", "append(1)")

    def filter(self, depth):
        e = lambda: self.expression(depth)  # noqa: E731
        return self.pick("trim", "length", "upper", "lower", "title", "capitalize", "string", "int", "float", "abs", "round", "first", "last", "list", "list", "join", "join(', ')", f"join({e()})", f"default({e()})", f"default({e()}, true)",
                         "tojson", "tojson(indent=2)", "tojson(sort_keys=true)", "items|list", "dictsort", "sort", "sort(reverse=true)", "unique|list", "reverse|list", "sum", "min", "max", "safe", "escape", "indent", "indent(2, true)", "wordcount",
                         "replace('a', 'bb')", f"replace({e()}, 'x')", "map('upper')|list", "map(attribute='role')|list", "map('string')|join('/')", "select|list", "select('string')|list", "reject('none')|list",
                         "selectattr('role', 'equalto', 'user')|list", "selectattr('content')|list", "rejectattr('role', 'defined')|list", "batch(2)|list", "slice(2)|list", "groupby('role')", "truncate(5, true, '.', 0)", "map('first')|list", "count", "d(1)",
                         "attr('items')", "format(1)")

    def statements(self, depth):
        return "".join(self.statement(depth) for _ in range(self.generator.randint(1, 3)))

    def statement(self, depth):
        g = self.generator
        e = lambda: self.expression(self.generator.randint(0, 2))  # noqa: E731
        kind = g.randrange(14) if depth > 0 else g.randrange(6)
        space = self.pick("", "", " ", "\n", "\n  ", "  \n\n")
        left, right = self.pick("{%", "{%", "{%-", "{%+"), self.pick("%}", "%}", "-%}", "+%}")
        if kind < 4:
            return f"{space}{self.pick('{{', '{{', '{{-')} {e()} {self.pick('}}', '}}', '-}}')}"
        if kind == 4:
            return space + self.pick("text ", "a\n", "{# c #}", "{#- c -#}\n", "\tb", "é")
        if kind == 5:
            name = self.pick("x", "y", "number", "ns.a", "z, text")
            statement = f"{space}{left} set {name} = {e()} {right}"
            if name in ("x", "y"):
                self.locals.append(name)
            return statement
        if kind in (6, 7):
            return f"{space}{left} if {e()} {right}{self.statements(depth - 1)}{left} {'else' if g.random() < 0.5 else 'elif ' + e()} {right}{self.statements(depth - 1)}{{% endif {right}"
        if kind in (8, 9, 10):
            target = self.pick("i", "i", "x", "k, v", "number")
            outer = list(self.locals)
            elements = self.pick("messages", "words", "numbers", "mapping", "mapping.items()", "range(3)", "text", "[]", e(), e())
            condition = f" if {self.pick('i', 'x', 'loop.first', e(), e())}" if g.random() < 0.3 else ""
            self.locals += [*target.split(", "), "loop.index", "loop.last", "loop.length", "loop.previtem", "loop.nextitem", "loop.revindex0"]
            body = self.statements(depth - 1)
            if g.random() < 0.25:
                body += f"{left} if {e()} {right}{left} {self.pick('break', 'continue')} {right}{{% endif %}}{self.statements(0)}"
            self.locals = outer
            otherwise = f"{left} else {right}{self.statements(0)}" if g.random() < 0.3 else ""
            return f"{space}{left} for {target} in {elements}{condition} {right}{body}{otherwise}{left} endfor {right}"
        if kind == 11:
            return f"{space}{left} set {self.pick('x', 'y')}{self.pick('', ' | upper')} {right}{self.statements(depth - 1)}{left} endset {right}"
        if kind == 12:
            outer = list(self.locals)
            self.locals += ["p", "q"]
            body = self.statements(depth - 1)
            self.locals = outer
            name = self.pick("m", "n")
            return f"{space}{left} macro {name}(p, q={e()}) {right}{body}{left} endmacro {right}{{{{ {name}({e()}{self.pick('', ', ' + e(), ', q=' + e())}) }}}}"
        return self.pick(f"{left} with x = {e()}, w = {e()} {right}{self.statements(depth - 1)}{left} endwith {right}", f"{left} filter upper {right}{self.statements(depth - 1)}{left} endfilter {right}")


class TooLong(BaseException):
    """A random template that loops over what it multiplies."""


def stop(*_):
    raise TooLong


def random_cases(count, seed):
    signal.signal(signal.SIGALRM, stop)
    generator = random.Random(seed)
    warnings.simplefilter("ignore", SyntaxWarning)
    left = count
    while left > 0:
        grammar = Grammar(generator)
        template = "{% set ns = namespace(a=0) %}" + grammar.statements(3) if generator.random() < 0.7 else "{{ " + grammar.expression(4) + " }}"
        text = render(template, VARIABLES)
        # Texts with addresses in memory are no reference; of the templates that fail, most fail alike.
        if text is None and generator.random() < 0.8 or text is not None and (" at 0x" in text or len(text) > 2000):
            continue
        left -= 1
        yield {"template": template, "text": text}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public")
    parser.add_argument("--random", nargs=2)
    arguments = parser.parse_args()
    versions = {"transformers": transformers.__version__, "jinja2": jinja2.__version__, "seed": SEED, "moment": list(MOMENT.timetuple()[:6])}
    if arguments.random:
        cases = list(random_cases(int(arguments.random[0]), SEED + 1))
        pathlib.Path(arguments.random[1]).write_text(json.dumps({**versions, "variables": VARIABLES, "small": cases}))
        print(len(cases), "templates,", sum(case["text"] is None for case in cases), "fail")
        return
    if arguments.public:
        folder = pathlib.Path(arguments.public)
        chats = []
        for path in sorted(folder.glob("*.jinja")):
            generator = random.Random(SEED)
            for variables in conversations(generator, 60):
                chats.append({"template": path.name, "variables": variables, "text": render(path.read_text(), variables)})
        (folder / "expected.json").write_text(json.dumps({**versions, "chats": chats}))
        print(len(chats), "chats,", sum(chat["text"] is None for chat in chats), "refused")
        return
    small = [{"template": template, "text": render(template, VARIABLES)} for template in SMALL]
    small += list(random_cases(1200, SEED))
    chats = []
    for name, template in CHATS.items():
        generator = random.Random(SEED)
        chats += [{"template": name, "variables": variables, "text": render(template, variables)} for variables in conversations(generator, 40)]
    result = {**versions, "variables": VARIABLES, "small": small, "refused": [{"template": t, "names": n} for t, n in REFUSED], "templates": CHATS, "chats": chats}
    (pathlib.Path(__file__).parent / "jinja.json").write_text(json.dumps(result, ensure_ascii=False))
    print(len(SMALL), "small,", sum(case["text"] is None for case in small[:len(SMALL)]), "fail;", len(small) - len(SMALL), "random,", sum(case["text"] is None for case in small[len(SMALL):]), "fail;", len(chats), "chats,", sum(chat["text"] is None for chat in chats), "refused")


if __name__ == "__main__":
    main()
