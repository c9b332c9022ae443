import { escapeHtml, FOCUS, proseHtml } from './html.ts';

/** One step of the samples, in each language. */
export interface Sample {
  title: string;
  text: string;
  /** By the language's name. */
  code: Record<string, string>;
}

/** What a link to a title has behind `#`. */
export const slug = (title: string): string => title.toLowerCase().replaceAll(/[^a-z]+/g, '-');

/** Radio buttons choose the language; the style sheet hides the others. */
export function gettingStarted(samples: readonly Sample[]): string {
  const languages = Object.keys(samples[0]?.code ?? {});
  const choices = languages.map((language, index) => {
    const checked = index === 0 ? ' checked' : '';
    const id = `in-${slug(language)}`;
    return `<input type="radio" name="language" id="${id}"${checked} />
<label for="${id}">${language}</label>`;
  });
  const steps = samples.map(({ title, text, code: inLanguages }) => {
    const blocks = Object.entries(inLanguages).map(([language, lines]) => {
      const label = `${title} in ${language}`;
      const code = `<code>${escapeHtml(lines)}</code>`;
      return `<pre class="sample ${slug(language)}" ${FOCUS} aria-label="${label}">${code}</pre>`;
    });
    return `<h3 id="${slug(title)}">${escapeHtml(title)}</h3>
${proseHtml(text)}
${blocks.join('\n')}`;
  });
  return `<section>
<h2>Getting started</h2>
<fieldset class="languages"><legend>Samples in</legend>${choices.join('\n')}</fieldset>
${steps.join('\n')}
</section>`;
}
