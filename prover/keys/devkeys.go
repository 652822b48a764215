package keys

// dotDevKey is the hash of the Dot circuit's development verifying key. A test
// fails with the new value when the circuit has changed; the verifier contract is
// generated again then.
const dotDevKey = "0xc424828606400bd8cbc63bdf268bdb7bb806d1631d3583e97bc1fa33a871aa05"
