// Shows what the server pushes, and opens the page that it is about. It answers no requests of pages.
self.addEventListener('push', (event) => {
  let note = {};
  try {
    note = event.data?.json() ?? {};
  } catch {
    // Not one of ours; a push has to be shown all the same.
  }
  event.waitUntil(self.registration.showNotification(note.title || '微格 Weige', { body: note.body || '', tag: note.tag || 'weige', icon: '/icon-192.png', data: note.url || '/' }));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const to = new URL(event.notification.data || '/', self.location.origin);
  event.waitUntil(to.origin === self.location.origin ? self.clients.openWindow(to.href) : Promise.resolve());
});
