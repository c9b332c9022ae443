import { PROBLEM_ADVICE } from '../../lib/http/problemAdvice.ts';
import { type ProblemCode, PROBLEMS } from '../../lib/http/problems.ts';
import { escapeHtml, renderPage } from './html.ts';

/** Every problem under the fragment that its `type` leads to. */
export function renderProblemsPage(): Buffer {
  // The keys of a total record are its codes.
  const codes = (Object.keys(PROBLEMS) as ProblemCode[]).sort();
  return renderPage({
    path: '/docs/problems',
    title: 'Problems',
    main: `<article class="text">
<h1>Problems</h1>
<p>Every answer that is not a success is an RFC 9457 problem of the media type
<code>application/problem+json</code>. Its <code>type</code> leads here; its <code>instance</code> names the
one occurrence by the id that the header <code>X-Request-Id</code> has too.</p>
<p>A 4xx is final: the same request would be refused again. A 5xx leaves open whether the request had its
effect; the same request with the same <code>Idempotency-Key</code> finds out.</p>
${codes.map(renderProblem).join('\n')}
</article>`,
  });
}

function renderProblem(code: ProblemCode): string {
  const { status, title } = PROBLEMS[code];
  return `<section id="${code}" class="problem">
<h2><span class="status">${status}</span> ${escapeHtml(title)}</h2>
<p>${withCode(PROBLEM_ADVICE[code])}</p>
<p><a href="#${code}"><code>/docs/problems#${code}</code></a></p>
</section>`;
}

/** Text between backticks is code, as in Markdown. */
function withCode(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}
