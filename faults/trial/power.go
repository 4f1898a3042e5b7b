package trial

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"klankbord/faults/record"
)

// takes is how often a power loss is looked for: what another piece of work has just
// begun to write when the answer goes out is no loss, and is not there every time.
const takes = 3

// redirect is how every answer begins that tells a person of success.
const redirect = "HTTP/1.1 303"

// power looks whether everything that an answer promises lay on the disk when the
// answer went out.
func (h *harness) power(ctx context.Context, op operation, folder string) (sum Tally, err error) {
	answer := redirect
	if op.answer != "" {
		answer = op.answer
	}
	always, err := lostEachTime(func() ([]string, error) { return h.take(ctx, op, answer, filepath.Join(folder, "record")) })
	if err != nil {
		return sum, err
	}
	sum.Runs, sum.Acknowledged = 1, 1
	if len(always) > 0 {
		sum.Lost = 1
		h.say("%s: a power loss after the answer takes: %s", op.name, strings.Join(always, "; "))
	}
	return sum, nil
}

// lostEachTime looks what a loss of power would take, until it takes nothing, and returns
// what it took the last time.
func lostEachTime(take func() ([]string, error)) (lost []string, err error) {
	for range takes {
		if lost, err = take(); err != nil || len(lost) == 0 {
			break
		}
	}
	return lost, err
}

func (h *harness) take(ctx context.Context, op operation, answer, file string) ([]string, error) {
	try, err := op.prepare(ctx, h.house)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	r, err := record.Start(ctx, h.house.PID(), h.house.State, file)
	if err != nil {
		return nil, err
	}
	acknowledged, unclear := try.do(ctx)
	lost, answered, err := r.Unsynced(answer)
	switch {
	case err != nil:
		return nil, err
	case !acknowledged || !answered:
		return nil, fmt.Errorf("%s without any fault: answered %t: %w", op.name, answered, unclear)
	}
	return lost, try.settle(ctx, true)
}
