// Package network puts the services together: it adapts what one room offers to
// what another needs, and starts them. It decides nothing.
//
// Enter at [Up] for a whole network in one process, or at the function named after
// a service for that service alone. Both shapes use the same code and the same
// sockets; only the doors differ (in-process chain or any node, SQLite or Postgres,
// in-process Redis or a server).
package network
