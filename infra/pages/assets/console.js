// The console: the model of what the API tells, the views of it, and what the operator can do.
import { betsWish, BetsView } from './consoleBets.js';
import { Problem } from './consoleApi.js';
import { MAX_CSV_BETS, saveBets, saveEvents } from './consoleCsv.js';
import { Deeds } from './consoleDeeds.js';
import { find } from './consoleDom.js';
import { EventsView } from './consoleEvents.js';
import { EventView } from './consoleEvent.js';
import { countText, numberText } from './consoleFormat.js';
import { decideFocused, decideLast, stepRow, watchKeys } from './consoleKeys.js';
import { Model } from './consoleModel.js';
import { PlaceForm } from './consolePlace.js';
import { currentRoute, go, onRoute, routeOf } from './consoleRoute.js';
import { SettleDialog } from './consoleSettle.js';
import { Sources } from './consoleSources.js';
import { drawStatus } from './consoleStatus.js';

const model = new Model();
const sources = new Sources(drawAll);
const deeds = new Deeds(model, drawAll);
const dialog = new SettleDialog(model, sources, deeds, () => sources.refresh());
const form = new PlaceForm(() => sources.refresh());
const views = {
  events: new EventsView(model, sources, drawAll),
  event: new EventView(model, sources, drawAll),
  bets: new BetsView(sources, drawAll),
};
let route;

const viewOf = ({ view }) => views[view];

function drawAll() {
  if (route === undefined) return;
  sources.want('deeds', deeds.wants());
  viewOf(route).draw();
  deeds.draw();
  dialog.draw();
  drawStatus(sources.all());
}

/** Shows what the address asks for. */
function show() {
  const before = route;
  route = currentRoute();
  for (const name of Object.keys(views)) {
    const isShown = name === route.view;
    find(`#${name}-view`).hidden = !isShown;
    const link = find(`.bar [data-view=${name}]`);
    if (isShown) link?.setAttribute('aria-current', 'page');
    else link?.removeAttribute('aria-current');
  }
  // What they say comes from the book, which the other views do not ask for.
  for (const card of ['#stakes-card', '#latest-card']) find(card).hidden = route.view !== 'events';
  viewOf(route).show(route);
  sources.want('view', viewOf(route).wants());
  document.title = `${viewOf(route).title()} – bet-maker`;
  drawAll();
  const isAnother = before !== undefined && (before.view !== route.view || before.id !== route.id);
  if (isAnother) find(`#${route.view}-view h1`).focus();
}

function tell(text) {
  find('#said').textContent = text;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    tell(`Copied ${text}`);
  } catch {
    // Without HTTPS a page may not write to the clipboard.
    prompt('Copy the id:', text);
  }
}

let isSaving = false;

async function saveFiltered() {
  if (route.view === 'events') return saveEvents(views.events.listed());
  if (isSaving) return;
  isSaving = true;
  try {
    const { count, whole } = await saveBets(betsWish(route), (read) =>
      tell(`${countText(read, 'bet')} read…`),
    );
    const part = whole ? '' : `, the newest only: a file has at most ${numberText(MAX_CSV_BETS)}`;
    tell(`Saved ${countText(count, 'bet')}${part}.`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    tell(`No file was saved. ${error.title}.`);
  } finally {
    isSaving = false;
  }
}

const ACTIONS = {
  decide: (eventId) => dialog.open(eventId),
  'place-on': (eventId) => form.begin(eventId),
  dismiss: (key) => deeds.remove(key),
  resend: (key) => deeds.resend(key),
  copy,
  csv: saveFiltered,
  refresh: () => sources.refresh(),
  help: () => find('#help').showModal(),
  'close-help': () => find('#help').close(),
  release() {
    viewOf(route).release();
    drawAll();
  },
};

document.addEventListener('click', (clicked) => {
  const { do: action, of } = clicked.target.closest('[data-do]')?.dataset ?? {};
  if (action !== undefined) void ACTIONS[action](of);
  const link = clicked.target.closest('a[href^="#/"]');
  const isPlain = !(clicked.ctrlKey || clicked.metaKey || clicked.shiftKey || clicked.altKey);
  if (link === null || !isPlain) return;
  clicked.preventDefault();
  const before = placeOf(route);
  go(routeOf(link.hash));
  if (placeOf(route) !== before) scrollTo(0, 0);
});

/** Whoever goes to another page or another part of it begins at its top. */
const placeOf = ({ view, id, params: { cursor, from } }) =>
  JSON.stringify([view, id, cursor, from]);

function search() {
  if (route.view !== 'events') go({ view: 'events' });
  find('#search input').focus();
}

watchKeys({
  '/': search,
  n: () => form.begin(),
  e: () => go({ view: 'events' }),
  b: () => go({ view: 'bets' }),
  j: () => stepRow(1),
  k: () => stepRow(-1),
  s: decideFocused,
  c: decideLast,
  r: () => sources.refresh(),
  '?': () => find('#help').showModal(),
});
onRoute(show);
setInterval(() => drawStatus(sources.all()), 1_000);
show();
