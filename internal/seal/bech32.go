package seal

import "strings"

const bech32Symbols = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 writes data under a name as BIP 173 has it, which is the form of age's
// keys; age itself only reads it. The name is in lower case.
func bech32(name string, data []byte) string {
	var values []byte
	acc, bits := 0, 0
	for _, b := range data {
		acc, bits = acc<<8|int(b), bits+8
		for bits >= 5 {
			bits -= 5
			values = append(values, byte(acc>>bits&31))
		}
		acc &= 1<<bits - 1
	}
	if bits > 0 {
		values = append(values, byte(acc<<(5-bits)&31))
	}
	var out strings.Builder
	out.WriteString(name + "1")
	for _, v := range append(values, bech32Check(name, values)...) {
		out.WriteByte(bech32Symbols[v])
	}
	return out.String()
}

func bech32Check(name string, values []byte) []byte {
	var in []byte
	for _, r := range []byte(name) {
		in = append(in, r>>5)
	}
	in = append(in, 0)
	for _, r := range []byte(name) {
		in = append(in, r&31)
	}
	in = append(append(in, values...), 0, 0, 0, 0, 0, 0)
	sum := uint32(1)
	for _, v := range in {
		top := sum >> 25
		sum = (sum&0x1ffffff)<<5 ^ uint32(v)
		for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	sum ^= 1
	var check []byte
	for i := range 6 {
		check = append(check, byte(sum>>(5*(5-i))&31))
	}
	return check
}
