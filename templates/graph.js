// The page of `rev graph --format html`. The drawing is in the document already; this moves it, searches it, and shows
// what is known of a revision. Texts of users only ever become text nodes.
(() => {
  const details = JSON.parse(document.getElementById('data').textContent);
  const picture = document.getElementById('picture');
  const view = document.getElementById('view');
  const rows = document.getElementById('rows');
  const names = document.getElementById('names');
  const panel = document.getElementById('panel');
  const search = document.getElementById('search');
  const found = document.getElementById('found');
  const groups = [...document.querySelectorAll('.revision')];
  const rowOf = new Map(details.map(({ id }, row) => [id, row]));
  const size = { width: Number(picture.dataset.width), height: Number(picture.dataset.height) };
  const rowHeight = 28;
  const margin = 14;
  /** The row that the panel shows, and those that the search has found. */
  let chosen = -1;
  let matches = [];

  // --- Where the drawing is, and how large

  /** Texts grow with the drawing and do not shrink below this: from there only rows come closer together. */
  const legible = 0.8;
  const place = { x: 0, y: 0, scale: 1 };

  function limited(scale) {
    return Math.min(6, Math.max(0.005, scale));
  }

  function scaleAcross(scale) {
    return Math.max(legible, scale);
  }

  /** Some of the drawing always stays in sight. */
  function move(x, y, scale = place.scale) {
    const { clientWidth, clientHeight } = picture;
    place.scale = limited(scale);
    const width = size.width * scaleAcross(place.scale);
    const height = size.height * place.scale;
    place.x = Math.min(Math.max(0, clientWidth - width), Math.max(Math.min(0, clientWidth - width), x));
    place.y = Math.min(clientHeight * 0.6, Math.max(clientHeight * 0.4 - height, y));
    view.setAttribute(
      'transform',
      `translate(${place.x} ${place.y}) scale(${scaleAcross(place.scale)} ${place.scale})`,
    );
    showRows();
  }

  /** Larger or smaller around a point of the window, which stays where it is; so does a left edge that is in sight. */
  function zoom(factor, x = 0, y = picture.clientHeight / 2) {
    const scale = limited(place.scale * factor);
    const across = scaleAcross(scale) / scaleAcross(place.scale);
    const along = scale / place.scale;
    move(place.x < 0 ? x - (x - place.x) * across : place.x, y - (y - place.y) * along, scale);
  }

  function showWidth() {
    move(0, 0, Math.min(1, Math.max(legible, picture.clientWidth / size.width)));
  }

  function showWhole() {
    const scale = Math.min(1, (picture.clientHeight - 24) / size.height);
    move(0, (picture.clientHeight - size.height * scale) / 2, scale);
  }

  /** Where the middle of a row is in the window. */
  function heightOf(row) {
    return place.y + (margin + rowHeight * (row + 0.5)) * place.scale;
  }

  /** Brings a row into sight, with no more emptiness above or below the drawing than there must be. */
  function reveal(row) {
    const { clientHeight } = picture;
    const y = heightOf(row);
    if (y > rowHeight / 2 && y < clientHeight - rowHeight / 2) return showRows();
    const lowest = clientHeight - size.height * place.scale;
    move(place.x, Math.min(0, Math.max(Math.min(0, lowest), place.y + clientHeight / 2 - y)));
  }

  /** Few enough rows are all in the document at once; of more, those in sight. */
  const manyRows = 500;
  let inSight = [0, groups.length];

  /** Draws what is in sight: all of each row, or, where rows are too close for that, as many names as there is room for. */
  function showRows() {
    const isFar = place.scale < legible;
    picture.classList.toggle('far', isFar);
    names.replaceChildren(...(isFar ? namesInSight() : []));
    if (groups.length <= manyRows) return;
    const rowAt = (y) => Math.floor(((y - place.y) / place.scale - margin) / rowHeight);
    const first = Math.min(groups.length - 1, Math.max(0, rowAt(0) - 5));
    const last = Math.max(first + 1, Math.min(groups.length, rowAt(picture.clientHeight) + 6));
    const [oldFirst, oldLast] = inSight;
    for (let row = oldFirst; row < oldLast; row++) if (row < first || row >= last) groups[row].remove();
    for (let row = Math.min(oldFirst, last) - 1; row >= first; row--) rows.prepend(groups[row]);
    for (let row = Math.max(oldLast, first); row < last; row++) rows.append(groups[row]);
    inSight = [first, last];
    if (tabStop < first || tabStop >= last) setTabStop(Math.max(first, Math.min(last - 1, rowAt(0) + 1)));
  }

  /** The one revision that the tab key leads to; the arrow keys lead to the others. */
  let tabStop = 0;

  function setTabStop(row) {
    groups[tabStop].setAttribute('tabindex', '-1');
    groups[row].setAttribute('tabindex', '0');
    tabStop = row;
  }

  const nameHeight = 17;

  /** From far away: which rows are named first. Those without anything of note only where there is much room. */
  const byWeight = [[], [], [], []];
  for (const [row, { marks, labels }] of details.entries()) {
    const has = (...wanted) => wanted.some((mark) => marks.includes(mark));
    byWeight[has('current', 'head', 'base') ? 0 : labels.length > 0 ? 1 : has('merge') ? 2 : 3].push(row);
  }

  /** The names of the rows that matter most, none over another. */
  function namesInSight() {
    const x = place.x + Number(picture.dataset.text) * scaleAcross(place.scale);
    const taken = new Map();
    const shown = [];
    const wanted = [chosen < 0 ? [] : [chosen], matches, ...byWeight.slice(0, place.scale < 0.25 ? 3 : 4)];
    for (const row of new Set(wanted.flat())) {
      const y = heightOf(row);
      if (y < 0 || y > picture.clientHeight) continue;
      const slot = Math.floor(y / nameHeight);
      const isClose = (at) => taken.has(at) && Math.abs(taken.get(at) - y) < nameHeight;
      if (isClose(slot - 1) || isClose(slot) || isClose(slot + 1)) continue;
      taken.set(slot, y);
      shown.push(nameOf(row, x, y));
    }
    return shown;
  }

  function nameOf(row, x, y) {
    const { id, labels, marks, docstring } = details[row];
    const notes = [...marks.filter((mark) => mark !== 'branch' && mark !== 'merge'), ...labels];
    const group = graphic('g', { class: 'name' });
    if (row === chosen) group.classList.add('chosen');
    if (matches.includes(row)) group.classList.add('match');
    const node = Number(groups[row].querySelector('.node').getAttribute('cx'));
    group.append(
      graphic('path', { d: `M${place.x + node * scaleAcross(place.scale) + 7} ${y}H${x - 5}` }),
      graphic('text', { x, y: y + 4 }, [
        graphic('tspan', { class: 'id' }, [id]),
        ...notes.map((note) => graphic('tspan', { class: 'note', dx: 8 }, [note])),
        graphic('tspan', { dx: 8 }, [docstring.split('\n\n')[0] || '(no message)']),
      ]),
    );
    group.addEventListener('click', () => {
      if (!hasMoved) choose(row);
    });
    return group;
  }

  function graphic(name, attributes, children = []) {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  const pointers = new Map();
  let hasMoved = false;

  function pinch() {
    const [a, b] = [...pointers.values()];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, distance: Math.hypot(a.x - b.x, a.y - b.y) };
  }

  function positionOf(event) {
    const { left, top } = picture.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  // Else a press would give the focus to a revision, and so choose it, where a drag begins.
  picture.addEventListener('mousedown', (event) => event.preventDefault());
  picture.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    if (pointers.size === 0) hasMoved = false;
    pointers.set(event.pointerId, positionOf(event));
  });
  picture.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = positionOf(event);
    if (!hasMoved && Math.hypot(now.x - before.x, now.y - before.y) < 4) return;
    if (!hasMoved) {
      hasMoved = true;
      picture.classList.add('dragging');
      picture.setPointerCapture(event.pointerId);
    }
    const start = pointers.size > 1 ? pinch() : undefined;
    pointers.set(event.pointerId, now);
    if (!start) return move(place.x + now.x - before.x, place.y + now.y - before.y);
    const end = pinch();
    zoom(end.distance / Math.max(1, start.distance), end.x, end.y);
    move(place.x + end.x - start.x, place.y + end.y - start.y);
  });
  for (const type of ['pointerup', 'pointercancel']) {
    picture.addEventListener(type, (event) => {
      pointers.delete(event.pointerId);
      if (pointers.size === 0) picture.classList.remove('dragging');
    });
  }
  picture.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const step = event.deltaMode === 1 ? 16 : 1;
      if (event.shiftKey) return move(place.x - event.deltaX * step, place.y - event.deltaY * step);
      const { x, y } = positionOf(event);
      zoom(Math.exp((-event.deltaY * step * (event.ctrlKey ? 5 : 1)) / 500), x, y);
    },
    { passive: false },
  );

  // --- The chosen revision

  function choose(row) {
    const group = groups[row];
    if (!group) return;
    groups[chosen]?.setAttribute('aria-selected', 'false');
    group.setAttribute('aria-selected', 'true');
    setTabStop(row);
    chosen = row;
    showPanel(details[row]);
    move(place.x, place.y);
    reveal(row);
  }

  function closePanel() {
    const hadFocus = panel.contains(document.activeElement);
    const row = chosen;
    panel.hidden = true;
    groups[row]?.setAttribute('aria-selected', 'false');
    chosen = -1;
    // The revision keeps the focus, and is not chosen by that.
    if (hadFocus) picture.focus();
    showRows();
  }

  /** `element('p', { class: 'x' }, 'text', otherElement)` */
  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  /** Ids, as links to the revisions that are in the picture. */
  function idsOf(ids) {
    return ids.flatMap((id, at) => {
      const row = rowOf.get(id);
      const text = element(row === undefined ? 'span' : 'a', { class: 'id' }, id);
      if (row !== undefined) {
        text.setAttribute('href', `#${row}`);
        text.addEventListener('click', (event) => {
          event.preventDefault();
          choose(row);
          groups[row].focus({ preventScroll: true });
        });
      }
      return at === 0 ? [text] : [', ', text];
    });
  }

  function functionOf(name, it) {
    const heading = element('h3', {}, name);
    if (it === null) {
      return [
        heading,
        element('p', { class: 'nothing' }, 'The revision has no downgrade: there is no way back.'),
      ];
    }
    const problems = it.problems.map((each) => element('p', { class: 'problem' }, each));
    if (problems.length > 0) {
      problems.unshift(element('p', { class: 'nothing' }, 'Without a database not all of it can be told:'));
    }
    if (it.operations.length === 0) {
      return [
        heading,
        ...problems,
        ...(problems.length > 0 ? [] : [element('p', { class: 'nothing' }, 'Nothing.')]),
      ];
    }
    const operations = element('ul', {}, ...it.operations.map((each) => element('li', {}, each)));
    const sql = element(
      'pre',
      { tabindex: '0', 'aria-label': `SQL of ${name}` },
      element('code', {}, it.sql),
    );
    return [heading, ...problems, operations, ...(it.sql === '' ? [] : [sql])];
  }

  function showPanel(it) {
    const facts = [
      ['Revision', [element('span', { class: 'id' }, it.id)]],
      ['Revises', it.parents.length > 0 ? idsOf(it.parents) : ['nothing: a base']],
      ...(it.children.length > 0 ? [['Revised by', idsOf(it.children)]] : []),
      ...(it.dependsOn.length > 0 ? [['Depends on', idsOf(it.dependsOn)]] : []),
      ...(it.labels.length > 0 ? [['Labels', [it.labels.join(', ')]]] : []),
      ...(it.marks.length > 0 ? [['Is', [it.marks.join(', ')]]] : []),
      ['Created', [it.created ? it.created.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC') : 'not said']],
      ['File', [element('code', {}, it.file)]],
    ];
    const [title, ...rest] = it.docstring.split(/\n{2,}/);
    const close = element('button', { type: 'button', class: 'close', 'aria-label': 'Close' }, '×');
    close.addEventListener('click', closePanel);
    panel.replaceChildren(
      close,
      element('h2', {}, title || '(no message)'),
      element(
        'dl',
        {},
        ...facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, ...value)]),
      ),
      ...rest.map((paragraph) => element('p', { class: 'docstring' }, paragraph)),
      ...functionOf('Upgrade', it.upgrade),
      ...functionOf('Downgrade', it.downgrade),
    );
    panel.hidden = false;
    panel.scrollTop = 0;
  }

  for (const [row, group] of groups.entries()) {
    group.addEventListener('click', () => {
      if (hasMoved) return;
      group.focus({ preventScroll: true });
      choose(row);
    });
    group.addEventListener('focus', () => {
      if (chosen !== row || panel.hidden) choose(row);
    });
  }

  // --- Search

  function textOf({ id, docstring, labels }) {
    return [id, docstring, ...labels].join('\n').toLowerCase();
  }

  const texts = details.map(textOf);

  function find() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matching = (row) => words.length > 0 && words.every((word) => texts[row].includes(word));
    matches = [...groups.keys()].filter(matching);
    const isMatch = new Set(matches);
    for (const [row, group] of groups.entries()) group.classList.toggle('match', isMatch.has(row));
    picture.classList.toggle('searching', words.length > 0);
    const [first] = matches;
    if (first === undefined) showRows();
    else reveal(matches.includes(chosen) ? chosen : first);
    sayFound();
  }

  function sayFound() {
    const at = matches.indexOf(chosen);
    const count =
      matches.length === 0 ? 'none' : at < 0 ? `${matches.length} found` : `${at + 1} of ${matches.length}`;
    found.textContent = search.value.trim() === '' ? '' : count;
  }

  function goToMatch(step) {
    if (matches.length === 0) return;
    const at = matches.indexOf(chosen);
    const next = at < 0 ? (step > 0 ? 0 : matches.length - 1) : (at + step + matches.length) % matches.length;
    choose(matches[next]);
    sayFound();
  }

  search.addEventListener('input', find);
  search.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      goToMatch(event.shiftKey ? -1 : 1);
    }
  });

  // --- Buttons and keys

  document.getElementById('zoom-in').addEventListener('click', () => zoom(1.25));
  document.getElementById('zoom-out').addEventListener('click', () => zoom(0.8));
  document.getElementById('zoom-width').addEventListener('click', showWidth);
  document.getElementById('zoom-whole').addEventListener('click', showWhole);

  const keys = {
    '+': () => zoom(1.25),
    '=': () => zoom(1.25),
    '-': () => zoom(0.8),
    0: showWidth,
    1: showWhole,
    '/': () => search.focus(),
    Escape: closePanel,
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    PageDown: () => step(10),
    PageUp: () => step(-10),
    Home: () => step(-groups.length),
    End: () => step(groups.length),
    ArrowLeft: () => move(place.x + 60, place.y),
    ArrowRight: () => move(place.x - 60, place.y),
  };

  /** From revision to revision where one has the focus; otherwise the drawing moves. */
  function step(count) {
    const focused = groups.indexOf(document.activeElement);
    // A row that has gone out of sight has lost the focus.
    const row = focused < 0 && document.activeElement === document.body ? chosen : focused;
    if (row < 0) return move(place.x, place.y - count * rowHeight * 2 * place.scale);
    const next = Math.min(groups.length - 1, Math.max(0, row + count));
    // It has to be drawn before it can have the focus.
    choose(next);
    groups[next].focus({ preventScroll: true });
  }

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && document.activeElement === search) {
      search.value = '';
      find();
      search.blur();
      return;
    }
    const isElsewhere = document.activeElement === search || panel.contains(document.activeElement);
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (!act || (isElsewhere && event.key !== 'Escape')) return;
    event.preventDefault();
    act();
  });

  new ResizeObserver(() => move(place.x, place.y)).observe(picture);
  showWidth();
})();
