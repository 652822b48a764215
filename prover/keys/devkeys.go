package keys

// dotDevKey is the hash of the Dot circuit's development verifying key. A test
// fails with the new value when the circuit has changed; the verifier contract is
// generated again then.
const dotDevKey = "0x30d4bc7fd908deb5ef0698b0caf769d02f46a62bef6bfa4fe00e4f083b46c876"
