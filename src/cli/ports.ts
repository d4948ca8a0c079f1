// Ports: where `demo --dashboard` and `inspect` listen, and where `watch` looks, unless it is said otherwise.

export const DASHBOARD_PORT = 8642
export const INSPECTOR_PORT = 8643
