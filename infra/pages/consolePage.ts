import { renderPage } from './html.ts';

/** The console of the back office: what is there before its modules fill it. */
export function renderConsolePage(): Buffer {
  return renderPage({
    path: '/',
    title: 'Console',
    stylesheets: ['console.css'],
    modules: ['console.js'],
    main: `<h1 class="unseen">Console</h1>
<noscript><p class="note">The console needs JavaScript. <a href="/docs">The API</a> does not.</p></noscript>
<p id="offline" class="note" role="status" hidden></p>
<div class="console">
${BOOK}
<div class="side">
${PLACE}
${STAKES}
</div>
${HISTORY}
</div>
${SETTLE}`,
  });
}

const BOOK = `<section class="card book" aria-labelledby="book-title">
<h2 id="book-title">The book</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Events, open ones first">
<table>
<thead><tr><th scope="col">Event</th><th scope="col">State</th><th scope="col" class="number">Bets</th>
<th scope="col" class="number">Staked</th><th scope="col">Result</th><th scope="col"><span class="unseen">Decide</span></th></tr></thead>
<tbody id="events"></tbody>
</table>
<p id="no-events" class="empty" hidden>No event has a bet yet. Place the first one.</p>
</div>
<button type="button" id="more-events" class="quiet" hidden>Show more events</button>
</section>`;

const PLACE = `<section class="card" aria-labelledby="place-title">
<h2 id="place-title">Place a bet</h2>
<form id="place" novalidate>
<label for="place-event">Event</label>
<input id="place-event" name="event_id" autocomplete="off" spellcheck="false" maxlength="128" aria-describedby="place-event-fault">
<p id="place-event-fault" class="fault"></p>
<label for="place-amount">Amount</label>
<input id="place-amount" name="amount" autocomplete="off" inputmode="decimal" placeholder="10.50" aria-describedby="place-amount-fault">
<p id="place-amount-fault" class="fault"></p>
<button type="submit">Place the bet</button>
<div id="place-problem" class="problem-box" role="alert"></div>
<p id="placed" class="good" role="status"></p>
</form>
</section>`;

const STAKES = `<section class="card" aria-labelledby="stakes-title">
<h2 id="stakes-title">Stake by outcome</h2>
<svg id="stakes-chart" class="chart" viewBox="0 0 300 18" preserveAspectRatio="none" aria-hidden="true"></svg>
<dl id="stakes" class="stakes"></dl>
<p class="hint">Of the events in the book as it is shown.</p>
</section>`;

const HISTORY = `<section class="card history" aria-labelledby="history-title">
<div class="head">
<h2 id="history-title">History</h2>
<form id="filters" role="search" aria-label="Filter the history">
<label for="filter-event">Event</label>
<input id="filter-event" name="event_id" autocomplete="off" spellcheck="false" maxlength="128">
<label for="filter-status">Status</label>
<select id="filter-status" name="status"><option value="">all</option><option>pending</option><option>won</option><option>lost</option></select>
</form>
</div>
<p id="news" class="unseen" role="status"></p>
<div id="history-problem" class="problem-box" role="alert"></div>
<div id="history-scroll" class="scroll tall" tabindex="0" role="region" aria-label="Bets, newest first">
<table>
<thead><tr><th scope="col">Placed</th><th scope="col">Event</th><th scope="col" class="number">Amount</th>
<th scope="col">Status</th><th scope="col">Bet</th></tr></thead>
<tbody id="bets"></tbody>
</table>
<p id="no-bets" class="empty" hidden>No bet is like that.</p>
</div>
</section>`;

const SETTLE = `<dialog id="settle" aria-labelledby="settle-title">
<form id="settle-form" method="dialog">
<h2 id="settle-title"></h2>
<p id="settle-stakes"></p>
<fieldset>
<legend>What happened?</legend>
<label class="choice"><input type="radio" name="status" value="WIN"><span><strong>WIN</strong> The first team won: its bets are won.</span></label>
<label class="choice"><input type="radio" name="status" value="LOSE"><span><strong>LOSE</strong> It lost or drew: its bets are lost.</span></label>
</fieldset>
<div id="token-part" hidden>
<label for="token">Operators' token</label>
<input id="token" type="password" autocomplete="off">
<p class="hint">Kept until this page is closed.</p>
</div>
<div id="settle-problem" class="problem-box" role="alert"></div>
<div class="buttons">
<button type="button" id="settle-cancel" class="quiet">Cancel</button>
<button type="submit" id="settle-confirm" disabled>Give the result</button>
</div>
</form>
</dialog>`;
