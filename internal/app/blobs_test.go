package app

import "testing"

func TestOneBucketIsNotTakenForTwo(t *testing.T) {
	const one = "https://s3.example.org/desk/one?key-file=/etc/a"
	for other, same := range map[string]bool{
		"https://s3.example.org/desk/one/?key-file=/etc/b&region=eu": true,
		"https://s3.example.org/desk/two?key-file=/etc/a":            false,
		"https://s3.example.org/desk?key-file=/etc/a":                false,
		"https://s3.example.net/desk/one?key-file=/etc/a":            false,
		"": false,
	} {
		if sameBucket(one, other) != same {
			t.Errorf("%q: same is %v", other, !same)
		}
	}
	if sameBucket("", "") {
		t.Error("two folders are taken for one bucket")
	}
}
