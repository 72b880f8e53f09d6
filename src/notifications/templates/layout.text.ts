export const LAYOUT_TEXT = `{{ texts.heading }}

{% for paragraph in texts.paragraphs %}{{ paragraph }}

{% endfor %}{% if code %}{{ code }}

{% endif %}{% if details != empty %}{% for detail in details %}{{ detail.label }}: {{ detail.value }}
{% endfor %}
{% endif %}{{ texts.action }}:
{{ link }}

{% for note in texts.notes %}{{ note }}
{% endfor %}
--\u0020
{{ layout.sentBy }} {{ site }}
`;
