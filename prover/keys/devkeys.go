package keys

// stepDevKey is the hash of the Step circuit's development verifying key. A test
// fails with the new value when the circuit has changed; the verifier contract is
// generated again then.
const stepDevKey = "0x32a5f58563125c4c0020ed089b97e168229e1470ef5fbcf19e2e3f58eac95cf1"
