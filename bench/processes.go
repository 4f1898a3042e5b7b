package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"klankbord/bench/figure"
	"klankbord/faults/house"
)

const (
	processRuns = 3
	processMost = 2 // processes that serve one instance
)

// elsewhere is where an instance of several processes keeps what it has: a PostgreSQL and an
// S3 server, as the tests start them.
type elsewhere struct{ postgres, s3, keyFile string }

func otherPlaces() (e elsewhere, there bool) {
	e = elsewhere{os.Getenv("KLANKBORD_TEST_POSTGRES"), os.Getenv("KLANKBORD_TEST_S3"), os.Getenv("KLANKBORD_TEST_S3_KEY")}
	return e, e.postgres != "" && e.s3 != "" && e.keyFile != ""
}

// processes measures the final submit where one and where two processes serve an instance on
// PostgreSQL and a bucket, behind a proxy in this process. Everything shares the machine.
func (b *bench) processes(ctx context.Context) error {
	e, there := otherPlaces()
	if !there {
		b.say("  left out: it needs PostgreSQL and an S3 server, which `make bench` starts")
		return nil
	}
	for n := 1; n <= processMost; n++ {
		if err := b.servedBy(ctx, e, n); err != nil {
			return fmt.Errorf("%d processes: %w", n, err)
		}
	}
	return nil
}

func (b *bench) servedBy(ctx context.Context, e elsewhere, n int) (err error) {
	name := fmt.Sprintf("bench-%d-%d", os.Getpid(), n)
	database, drop, err := e.database(ctx, strings.ReplaceAll(name, "-", "_"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, drop()) }()
	bucket, err := e.bucket(ctx, name)
	if err != nil {
		return err
	}
	folder := filepath.Join(b.folder, name)
	if err := os.Mkdir(folder, 0o750); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	s, err := house.NewSeveral(ctx, b.root, b.program.Path(), folder, database, bucket, n, b.say)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var rates, p95, cpu []float64
	c := &crowd{site: s.Site}
	defer c.leave()
	for range processRuns {
		r, err := b.sendToSeveral(ctx, s, c)
		if err != nil {
			return err
		}
		rates, p95, cpu = append(rates, r.rate), append(p95, r.p95), append(cpu, r.cpu)
	}
	_, served := s.Proxy.Counts()
	note := fmt.Sprintf("%d a run, %d at once; requests of all runs by process: %v", submitsPer, people, served)
	return b.report(
		measured{fmt.Sprint("processes_submit_per_s_", n), note, rates},
		measured{fmt.Sprint("processes_submit_p95_ms_", n), "", p95},
		measured{fmt.Sprint("processes_submit_cpu_ms_", n), "all processes together, until the acknowledgements are mailed", cpu},
	)
}

func (b *bench) sendToSeveral(ctx context.Context, s *house.Several, c *crowd) (r submitted, err error) {
	ready, err := c.readyToSend(ctx, submitsPer)
	if err != nil {
		return r, err
	}
	address := answers()["email"]
	mails, _ := s.Post.To(address)
	before, err := s.CPU()
	if err != nil {
		return r, err
	}
	sent := together(ctx, people, len(ready), func(ctx context.Context, i int) error { return ready[i].send(ctx) })
	if err := sent.err(); err != nil {
		return r, fmt.Errorf("send: %w", err)
	}
	for until := time.Now().Add(mailPatience); ; time.Sleep(50 * time.Millisecond) {
		if came, _ := s.Post.To(address); came >= mails+len(sent.took) {
			break
		}
		if time.Now().After(until) || ctx.Err() != nil {
			return r, fmt.Errorf("acknowledgements: %w", errors.Join(errTooFew, ctx.Err()))
		}
	}
	after, err := s.CPU()
	if err != nil {
		return r, err
	}
	return submitted{
		rate: sent.perSecond(), p95: figure.Milliseconds(figure.Percentile(sent.took, 95)),
		cpu: figure.Milliseconds(after-before) / float64(len(sent.took)),
	}, nil
}

var errTooFew = errors.New("too few mails came")

// database makes an empty database, and what takes it away again.
func (e elsewhere) database(ctx context.Context, name string) (address string, drop func() error, err error) {
	do := func(ctx context.Context, statement string) error {
		c, err := pgx.Connect(ctx, e.postgres)
		if err != nil {
			return fmt.Errorf("reach PostgreSQL: %w", err)
		}
		_, err = c.Exec(ctx, statement+` "`+name+`"`)
		return errors.Join(err, c.Close(ctx))
	}
	u, err := url.Parse(e.postgres)
	if err != nil {
		return "", nil, fmt.Errorf("address of PostgreSQL: %w", err)
	}
	u.Path = "/" + name
	return u.String(), func() error { return do(context.WithoutCancel(ctx), "DROP DATABASE") }, do(ctx, "CREATE DATABASE")
}

func (e elsewhere) bucket(ctx context.Context, name string) (address string, err error) {
	key, err := os.ReadFile(e.keyFile)
	if err != nil {
		return "", fmt.Errorf("key of the S3 server: %w", err)
	}
	id, secret, _ := strings.Cut(strings.TrimSpace(string(key)), "\n")
	host := strings.TrimPrefix(e.s3, "http://")
	client, err := minio.New(host, &minio.Options{Creds: credentials.NewStaticV4(id, secret, ""), Region: "us-east-1"})
	if err != nil {
		return "", fmt.Errorf("reach S3 server: %w", err)
	}
	if err := client.MakeBucket(ctx, name, minio.MakeBucketOptions{Region: "us-east-1"}); err != nil {
		return "", fmt.Errorf("make bucket: %w", err)
	}
	return "http://" + host + "/" + name + "?key-file=" + url.QueryEscape(e.keyFile), nil
}
