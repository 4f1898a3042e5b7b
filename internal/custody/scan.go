package custody

import (
	"context"

	"klankbord/internal/blob"
	"klankbord/internal/casefile"
	"klankbord/internal/clamd"
	"klankbord/internal/seal"
)

// LookThrough lets a scanner look through a sealed file, and tells what it said. The file
// is opened out of its sealed parts straight into the scanner's socket; whatever becomes
// of that, the file stays as it is.
func LookThrough(ctx context.Context, scanner *clamd.Scanner, blobs blob.Place, m seal.Manifest) casefile.Scan {
	if scanner == nil {
		return casefile.Scan{}
	}
	answer := scanner.Scan(ctx, OpenFile(ctx, blobs, m), m.Size)
	switch {
	case answer.Found != "":
		return casefile.Scan{State: casefile.ScanFound, Word: answer.Found}
	case answer.Why != clamd.NoReason:
		return casefile.Scan{State: casefile.ScanMissed, Word: string(answer.Why)}
	default:
		return casefile.Scan{State: casefile.ScanClean}
	}
}
