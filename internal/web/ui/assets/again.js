// Asks once more for a page that was not ready yet. Without it a link does so.
(() => {
  'use strict';
  const link = document.querySelector('[data-again]');
  if (link) setTimeout(() => location.replace(link.href), 600);
})();
