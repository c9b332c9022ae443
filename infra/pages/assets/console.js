// The console: each part has a module of its own, and they meet here.
import { watch } from './consoleApi.js';
import { Book } from './consoleBook.js';
import { History } from './consoleHistory.js';
import { watchPlaceForm } from './consolePlace.js';
import { SettleDialog } from './consoleSettle.js';
import { drawStakes } from './consoleStakes.js';

const history = new History();
const dialog = new SettleDialog((event) => {
  history.applyResults([event]);
  refresh();
});
const book = new Book((eventId) => dialog.open(eventId));

const refreshBook = watch(async () => {
  const events = await book.load();
  history.applyResults(events);
  drawStakes(events);
});
const refreshHistory = watch(() => history.load());

function refresh() {
  refreshBook();
  refreshHistory();
}

watchPlaceForm(refresh);
book.onMore(refreshBook);
history.onFilter(refreshHistory);
