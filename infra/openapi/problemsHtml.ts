import { escapeHtml, inlineHtml } from './html.ts';

interface Problem {
  status: number;
  title: string;
  /** Text between backticks is code, as in Markdown. */
  advice: string;
}

/**
 * The generated part of infra/pages/problems.html: in the order given, each problem under the
 * fragment that its `type` leads to. Prettier has yet to format it.
 */
export function problemsHtml(problems: Record<string, Problem>): string {
  return Object.entries(problems).map(sectionOf).join('\n');
}

function sectionOf([code, { status, title, advice }]: [string, Problem]): string {
  const id = escapeHtml(code);
  return `<section id="${id}" class="problem">
<h2><span class="status">${status}</span> ${escapeHtml(title)}</h2>
<p>${inlineHtml(advice)}</p>
<p><a href="#${id}"><code>docs/problems#${id}</code></a></p>
</section>`;
}
