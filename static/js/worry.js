// Lets the page for a worry work without network: its worker keeps it from now on. Sends nothing.

navigator.serviceWorker?.register("/staff/worry.js", { scope: "/staff/worry" }).catch(() => undefined);
