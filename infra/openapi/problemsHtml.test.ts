import { expect, it } from '@jest/globals';
import { problemsHtml } from './problemsHtml.ts';

it('makes a section of each problem, in the order given', () => {
  const html = problemsHtml({
    'too-large': { status: 413, title: 'It is too large', advice: 'Send less.' },
    away: { status: 503, title: 'It is away', advice: 'Wait for `Retry-After` seconds.' },
  });

  expect(html).toBe(`<section id="too-large" class="problem">
<h2><span class="status">413</span> It is too large</h2>
<p>Send less.</p>
<p><a href="#too-large"><code>docs/problems#too-large</code></a></p>
</section>
<section id="away" class="problem">
<h2><span class="status">503</span> It is away</h2>
<p>Wait for <code>Retry-After</code> seconds.</p>
<p><a href="#away"><code>docs/problems#away</code></a></p>
</section>`);
});

it('lets no text be taken for HTML, in code and attributes neither', () => {
  const html = problemsHtml({
    '"><i>': { status: 400, title: 'A & B', advice: '`Bearer <token>`, not "<token>".' },
  });

  expect(html).toBe(`<section id="&quot;&gt;&lt;i&gt;" class="problem">
<h2><span class="status">400</span> A &amp; B</h2>
<p><code>Bearer &lt;token&gt;</code>, not &quot;&lt;token&gt;&quot;.</p>
<p><a href="#&quot;&gt;&lt;i&gt;"><code>docs/problems#&quot;&gt;&lt;i&gt;</code></a></p>
</section>`);
});
