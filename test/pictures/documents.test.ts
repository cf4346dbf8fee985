import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawDot } from '../../src/pictures/dot.js';
import { type Details, drawHtml, jsonInScript } from '../../src/pictures/html.js';
import { drawMermaid } from '../../src/pictures/mermaid.js';
import type { Picture } from '../../src/pictures/picture.js';
import { drawSvg } from '../../src/pictures/svg.js';
import { teamHistory } from '../support/histories.js';
import { pictureFrom } from './notation.js';

const diamond = 'a; b<a [search]; c<a; d<b,c; n ~b';
const hostile = `"]; click r0 "x" </script><script>alert(1)</script> & 'quoted' \\" \`code\` #35; -->\u0000\u202e`;

function withMessage(message: string, labels: readonly string[] = []): Picture {
  return pictureFrom([{ id: 'a1', down: [], labels, depends: [], message }]);
}

describe('Mermaid', () => {
  it('has a node for each revision and an arrow for each parent', () => {
    expect(drawMermaid(pictureFrom('a; b<a [search]; c<a; d<c ~b', { current: ['a'] }))).toBe(`flowchart BT
  r0["d<br/>do d<br/>(head)"]:::head
  r1["c<br/>do c"]
  r2["b<br/>do b<br/>(search) (effective head)"]
  r3["a<br/>do a<br/>(current) (branch) (base)"]:::current
  r1 --> r0
  r2 -. needed by .-> r0
  r3 --> r1
  r3 --> r2
  classDef head stroke:#15803d,stroke-width:3px
  classDef current stroke:#b45309,stroke-width:3px
`);
  });

  it('quotes what a message could break out with', () => {
    const [, node = ''] = drawMermaid(withMessage(hostile)).split('\n');
    expect(node).toBe(
      '  r0["a1<br/>#34;#93;; click r0 #34;x#34; #60;/script#62;#60;script#62;alert(1)#60;/script#62; #38; #39;quot#8230;<br/>(head) (base)"]:::head',
    );
  });

  it('has nothing in a text but letters, digits, entities and line breaks, whatever the message', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        const [, node = ''] = drawMermaid(withMessage(message)).split('\n');
        const text = /^ {2}r0\["(.*)"\]:::head$/u.exec(node)?.[1] ?? '"';
        expect(text.replaceAll('<br/>', '').replace(/#\d+;/g, '')).not.toMatch(/["#<>&`[\]{}|\\\p{Cc}]/u);
      }),
    );
  });
});

describe('DOT', () => {
  it('has a node for each revision and an edge for each parent', () => {
    expect(drawDot(pictureFrom('a; b<a; c<b ~a', { from: 'b' }))).toBe(`digraph revisions {
  rankdir=BT;
  node [shape=box, style=rounded, fontname="Helvetica", fontsize=11];
  edge [arrowsize=0.6];
  "c" [label="c\\ndo c\\n(head)", color="#15803d", penwidth=2];
  "b" [label="b\\ndo b"];
  "b" -> "c";
}
`);
  });

  it('quotes what a message could break out with', () => {
    const node = drawDot(withMessage(hostile)).split('\n')[4];
    expect(node).toBe(
      `  "a1" [label="a1\\n\\"]; click r0 \\"x\\" </script><script>alert(1)</script> &amp; 'quot…\\n(head) (base)", color="#15803d", penwidth=2];`,
    );
  });

  it('is one quoted string for each text, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        const node = drawDot(withMessage(message)).split('\n')[4];
        expect(node).toMatch(/^ {2}"a1" \[label="(?:[^"\\]|\\["\\n])*", color="#15803d", penwidth=2\];$/u);
      }),
    );
  });
});

/** The texts and attributes of a document that is read as XML is, and nothing else. Fails where it is not well-formed. */
function elementsOf(document: string): readonly string[] {
  const open: string[] = [];
  const names: string[] = [];
  const rest = document.replace(
    /<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>/g,
    (_, close: string, name: string, _attributes: string, empty: string) => {
      if (close) expect(open.pop()).toBe(name);
      else names.push(name);
      if (!close && !empty) open.push(name);
      return '';
    },
  );
  expect(open).toEqual([]);
  expect(rest.replace(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toMatch(/[<&]/);
  return names;
}

describe('SVG', () => {
  it('has a group for each revision, and a line for each parent', () => {
    const svg = drawSvg(pictureFrom(diamond, { current: ['b'] }));
    expect(svg.match(/<g class="revision">/g)).toHaveLength(5);
    expect(svg.match(/<path class="s\d" d="M/g)).toHaveLength(4);
    expect(svg).toContain('>search</text>');
    expect(svg).toContain('>needs b</text>');
    expect(svg).toContain('class="ring current"');
    expect(elementsOf(svg)).not.toContain('script');
  });

  it('is well-formed, whatever the messages', () => {
    const elements = elementsOf(drawSvg(withMessage('plain')));
    expect(elementsOf(drawSvg(withMessage(hostile)))).toEqual(elements);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        const drawn = drawSvg(withMessage(message));
        expect(elementsOf(drawn).filter((name) => name !== 'title')).toEqual(elements);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: XML cannot hold them
        expect(drawn).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
      }),
    );
  });

  it('is as high as its rows, and no text begins where another is', () => {
    const svg = drawSvg(pictureFrom(teamHistory(200, 12)));
    expect(svg).toContain('height="5628"');
    for (const [row] of svg.matchAll(/<g class="revision">.*<\/g>/g)) {
      const pills = [...row.matchAll(/<rect class="pill[^"]*" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)];
      const ends = pills.map(([, x, width]) => Number(x) + Number(width));
      const starts = pills.slice(1).map(([, x]) => Number(x));
      const message = Number(/class="message" x="([\d.]+)"/.exec(row)?.[1]);
      for (const [at, end] of ends.entries()) expect(starts[at] ?? message).toBeGreaterThan(end);
    }
  });
});

describe('the page', () => {
  const details = (docstring: string): Details => ({
    id: 'a1',
    parents: [],
    children: [],
    labels: [],
    dependsOn: [],
    marks: [],
    created: null,
    file: 'revisions/a1.ts',
    docstring,
    upgrade: { operations: [docstring], sql: docstring, problems: [docstring] },
    downgrade: null,
  });
  const place = (name: string) => `$${`{${name}}`}`;
  const parts = {
    page: `<title>${place('title')}</title>${place('revisions')}<script>${place('data')}</script>`,
    style: '',
    script: '',
  };

  it('holds what is known as JSON that cannot end its element', () => {
    const html = drawHtml(withMessage(hostile), [details(hostile)], parts);
    expect(html.match(/<\/?script/g)).toHaveLength(2);
    const data = /<script>(.*)<\/script>/.exec(html)?.[1] ?? '';
    expect(JSON.parse(data)[0].docstring).toBe(hostile);
  });

  it('takes places in texts of users for text', () => {
    const html = drawHtml(withMessage(`costs ${place('script')} $& $1`), [details(place('title'))], parts);
    expect(html).toContain(`costs ${place('script')} $&amp; $1`);
    expect(html).toContain(`"docstring":"${place('title')}"`);
  });

  it('writes any value so that it reads back the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = jsonInScript(value);
        expect(text).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
