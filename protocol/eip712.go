package protocol

import (
	"crypto/ecdsa"
	"encoding/binary"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Domain is the one EIP-712 domain of a deployment: what is signed for one chain
// and Market means nothing on another.
type Domain struct {
	ChainID uint64         `json:"chain_id"`
	Market  common.Address `json:"market"`
}

// Hashes of what never changes: digests are made several times for every request.
var (
	domainType    = crypto.Keccak256Hash([]byte("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"))
	domainName    = crypto.Keccak256Hash([]byte("DGrid"))
	domainVersion = crypto.Keccak256Hash([]byte("1"))
	typeHashes    = hashTypes(Request{}, Receipt{}, Voucher{}, Redemption{}, Acceptance{}, Offer{}, Reservation{}, Opening{},
		OperatorConsent{}, OpenChannel{}, Session{})
)

func hashTypes(all ...Typed) map[string]common.Hash {
	m := make(map[string]common.Hash, len(all))
	for _, v := range all {
		m[v.EIP712Type()] = crypto.Keccak256Hash([]byte(v.EIP712Type()))
	}
	return m
}

func typeHash(v Typed) common.Hash {
	name := v.EIP712Type()
	if h, ok := typeHashes[name]; ok {
		return h
	}
	return crypto.Keccak256Hash([]byte(name))
}

// Separator returns the EIP-712 domain separator.
func (d Domain) Separator() common.Hash {
	e := make(words, 0, 5*32)
	e.hash(domainType).hash(domainName).hash(domainVersion).uint(d.ChainID).address(d.Market)
	return crypto.Keccak256Hash(e)
}

// Typed is a value that is signed as EIP-712 typed data.
type Typed interface {
	// EIP712Type is the type string, as in "Redemption(bytes32 vouchersHash)".
	EIP712Type() string
	encode(*words)
}

// Digest returns the EIP-712 digest of v, which is also its name everywhere: the
// request hash, the receipt hash, the voucher hash.
func (d Domain) Digest(v Typed) common.Hash {
	e := make(words, 0, 14*32)
	e.hash(typeHash(v))
	v.encode(&e)
	sep, body := d.Separator(), crypto.Keccak256Hash(e)
	return crypto.Keccak256Hash([]byte{0x19, 0x01}, sep[:], body[:])
}

// Sign signs the digest of v: 65 bytes r ‖ s ‖ v, v 27 or 28, s in the lower half.
func (d Domain) Sign(key *ecdsa.PrivateKey, v Typed) (Bytes, error) {
	sig, err := SignDigest(key, d.Digest(v))
	if err != nil {
		return nil, fmt.Errorf("sign %T: %w", v, err)
	}
	return sig, nil
}

// SignDigest is Sign for a digest that was made already.
func SignDigest(key *ecdsa.PrivateKey, digest common.Hash) (Bytes, error) {
	sig, err := crypto.Sign(digest[:], key)
	if err != nil {
		return nil, err
	}
	sig[64] += 27
	return sig, nil
}

// Recover returns who signed v. It accepts exactly the form that Sign makes and
// the contracts accept: any other spelling of a signature is refused.
func (d Domain) Recover(v Typed, sig []byte) (common.Address, error) {
	return RecoverDigest(d.Digest(v), sig)
}

// RecoverDigest is Recover for a digest.
func RecoverDigest(digest common.Hash, sig []byte) (common.Address, error) {
	if len(sig) != 65 || sig[64] != 27 && sig[64] != 28 {
		return common.Address{}, fmt.Errorf("signature is not 65 bytes with v 27 or 28: %w", ErrUnauthorized)
	}
	rs := append(append(make([]byte, 0, 65), sig[:64]...), sig[64]-27)
	if !lowS(rs[32:64]) {
		return common.Address{}, fmt.Errorf("signature has a high s: %w", ErrUnauthorized)
	}
	pub, err := crypto.Ecrecover(digest[:], rs) // 04 and the point
	if err != nil {
		return common.Address{}, fmt.Errorf("recover signer: %v: %w", err, ErrUnauthorized)
	}
	return common.Address(crypto.Keccak256(pub[1:])[12:]), nil
}

// halfOrder is floor(n/2) of secp256k1.
var halfOrder = common.Hex2Bytes("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0")

func lowS(s []byte) bool {
	for i := range s {
		if s[i] != halfOrder[i] {
			return s[i] < halfOrder[i]
		}
	}
	return true
}

// VouchersHash is what a Redemption of a batch signs: the hash of the voucher digests in order.
func (d Domain) VouchersHash(vouchers []Voucher) common.Hash {
	buf := make([]byte, 0, 32*len(vouchers))
	for _, v := range vouchers {
		h := d.Digest(v)
		buf = append(buf, h[:]...)
	}
	return crypto.Keccak256Hash(buf)
}

// words builds ABI-encoded 32-byte words.
type words []byte

func (w *words) hash(h common.Hash) *words { *w = append(*w, h[:]...); return w }
func (w *words) address(a common.Address) *words {
	*w = append(append(*w, make([]byte, 12)...), a[:]...)
	return w
}
func (w *words) uint(n uint64) *words {
	*w = append(*w, make([]byte, 24)...)
	*w = binary.BigEndian.AppendUint64(*w, n)
	return w
}
func (w *words) amount(a Amount) *words { b := a.Word(); *w = append(*w, b[:]...); return w }

func (Request) EIP712Type() string {
	return "Request(bytes32 payment,bytes32 modelVersion,address requester,bytes32 promptRoot,uint32 promptTokens,uint32 maxOutputTokens,bytes32 paramsHash,uint128 priceIn,uint128 priceOut,uint128 maxFee,uint64 deadline,uint8 audience,bytes32 salt)"
}

func (r Request) encode(w *words) {
	w.hash(r.Payment).hash(r.ModelVersion).address(r.Requester).hash(r.PromptRoot)
	w.uint(uint64(r.PromptTokens)).uint(uint64(r.MaxOutputTokens)).hash(r.ParamsHash)
	w.amount(r.PriceIn).amount(r.PriceOut).amount(r.MaxFee)
	w.uint(r.Deadline).uint(uint64(r.Audience)).hash(r.Salt)
}

func (Receipt) EIP712Type() string {
	return "Receipt(bytes32 requestHash,address provider,uint64 seq,bytes32 outputRoot,uint32 outputTokens,uint8 finish,bytes32 traceRoot,uint128 fee,uint64 completedAt)"
}

func (r Receipt) encode(w *words) {
	w.hash(r.RequestHash).address(r.Provider).uint(r.Seq).hash(r.OutputRoot).uint(uint64(r.OutputTokens))
	w.uint(uint64(r.Finish)).hash(r.TraceRoot).amount(r.Fee).uint(r.CompletedAt)
}

func (Voucher) EIP712Type() string {
	return "Voucher(bytes32 channel,address provider,bytes32 modelVersion,address relayer,uint128 total,uint64 count,bytes32 receiptsRoot)"
}

func (v Voucher) encode(w *words) {
	w.hash(v.Channel).address(v.Provider).hash(v.ModelVersion).address(v.Relayer)
	w.amount(v.Total).uint(v.Count).hash(v.ReceiptsRoot)
}

func (Redemption) EIP712Type() string { return "Redemption(bytes32 vouchersHash)" }

func (r Redemption) encode(w *words) { w.hash(r.VouchersHash) }

func (Acceptance) EIP712Type() string {
	return "Acceptance(bytes32 job,bytes32 requestHash,address provider,address relayer,uint64 validUntil)"
}

func (a Acceptance) encode(w *words) {
	w.hash(a.Job).hash(a.RequestHash).address(a.Provider).address(a.Relayer).uint(a.ValidUntil)
}

func (Offer) EIP712Type() string {
	return "Offer(address provider,bytes32 modelVersion,uint128 priceIn,uint128 priceOut,uint128 maxFee,uint32 capacity,uint64 expiry)"
}

func (o Offer) encode(w *words) {
	w.address(o.Provider).hash(o.ModelVersion).amount(o.PriceIn).amount(o.PriceOut).amount(o.MaxFee)
	w.uint(uint64(o.Capacity)).uint(o.Expiry)
}

func (Reservation) EIP712Type() string {
	return "Reservation(bytes32 channel,address provider,address relayer,uint128 amount,uint64 expiry,uint256 nonce)"
}

func (r Reservation) encode(w *words) {
	w.hash(r.Channel).address(r.Provider).address(r.Relayer).amount(r.Amount).uint(r.Expiry).amount(r.Nonce)
}

func (Opening) EIP712Type() string {
	return "Opening(bytes32 receiptHash,uint32 t,uint32 l,bytes32 blockRoot)"
}

func (o Opening) encode(w *words) {
	w.hash(o.ReceiptHash).uint(uint64(o.T)).uint(uint64(o.L)).hash(o.BlockRoot)
}

func (OperatorConsent) EIP712Type() string {
	return "OperatorConsent(address operator,address provider)"
}

func (c OperatorConsent) encode(w *words) { w.address(c.Operator).address(c.Provider) }

func (OpenChannel) EIP712Type() string {
	return "OpenChannel(address requester,address delegate,uint128 amount,uint64 expiry,uint256 nonce,uint64 deadline)"
}

func (o OpenChannel) encode(w *words) {
	w.address(o.Requester).address(o.Delegate).amount(o.Amount).uint(o.Expiry).amount(o.Nonce).uint(o.Deadline)
}

func (Session) EIP712Type() string {
	return "Session(address provider,address relayer,bytes32 nonce,uint64 expiry)"
}

func (s Session) encode(w *words) {
	w.address(s.Provider).address(s.Relayer).hash(s.Nonce).uint(s.Expiry)
}
