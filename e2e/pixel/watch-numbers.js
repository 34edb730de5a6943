/**
 * Runs in the page: notes in `rtdpPainted` when the first number of the dashboard changed on the screen, that is, behind
 * the painting of the frame that holds the change; `rtdpQueries` tells when widgets asked and were answered. Plain
 * JavaScript, because it is read by the browser as it stands.
 */
(() => {
  window.rtdpPainted = [];
  const now = () => performance.timeOrigin + performance.now();
  let last = Number.NaN;
  const look = () => {
    const digits = document.querySelector('[data-value]')?.textContent?.replace(/[^0-9]/g, '') ?? '';
    const number = digits === '' ? Number.NaN : Number(digits);
    if (Number.isNaN(number) || number === last) return;
    last = number;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.rtdpPainted.push({ number, paintedAt: now() });
      channel.port2.postMessage(null);
    });
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ['data-value'],
  });
  // The browser's own buffer is too small for some hundred queries.
  performance.setResourceTimingBufferSize(20_000);
  window.rtdpQueries = () =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => /\/api\/(query|queries)$/.test(name))
      .map(({ startTime, responseEnd }) => ({
        askedAt: performance.timeOrigin + startTime,
        answeredAt: performance.timeOrigin + responseEnd,
      }));
})();
