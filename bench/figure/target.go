package figure

import "fmt"

// target is one line of the design's table of targets.
type target struct {
	key, unit string
	least     float64 // 0: no least
	most      float64 // 0 with upper: must be nought
	upper     bool
	limit     string // key of the limit that stands beside it
	words     string // when the target depends on a limit
	worst     bool   // the value is the worst of the runs, not the median
	holds     func(v float64, r *Results) bool
}

func least(key, unit string, v float64, limit string) target {
	return target{key: key, unit: unit, least: v, limit: limit, holds: func(got float64, _ *Results) bool { return got >= v }}
}

func most(key, unit string, v float64, limit string) target {
	return target{key: key, unit: unit, most: v, upper: true, limit: limit, holds: func(got float64, _ *Results) bool { return got <= v }}
}

// targets are those of the design, in its order.
func targets() []target {
	upload := target{key: "upload_mb_s", unit: "MB/s", limit: "disk_mb_s", words: "≥ 60 % of the disk, ≥ 250 where it can", holds: uploadHolds}
	desk := most("desk_ms_10k", "ms", 100, "")
	desk.worst = true
	errs, size, requests := most("submit_errors", "", 0, ""), most("page_bytes", "B", 14_336, ""), most("page_requests", "", 4, "")
	errs.worst, size.worst, requests.worst = true, true, true
	return []target{
		least("submit_per_s", "1/s", 400, "fsync_per_s"), most("submit_p95_ms", "ms", 60, ""), errs,
		least("journey_per_s", "1/s", 40, ""), most("submit_cpu_ms", "ms", 3, "wraps_ms"),
		most("inbox_ms_10k", "ms", 20, ""), most("inbox_ms_100k", "ms", 30, ""),
		most("search_ms_100k", "ms", 500, ""), most("search_first_ms_100k", "ms", 2000, ""),
		most("case_ms_10", "ms", 15, ""), most("case_ms_100", "ms", 40, ""), desk,
		upload, least("download_mb_s", "MB/s", 400, "aes_gcm_mb_s"), {key: "disk_mb_s", unit: "MB/s"},
		most("upload_rss_mib", "MiB", 16, ""), most("idle_rss_mib", "MiB", 40, ""), most("peak_rss_mib", "MiB", 150, ""),
		most("start_ms", "ms", 150, ""), size, requests,
		most("signin_ms", "ms", 300, "argon2id_ms"),
		{key: "case_kib", unit: "KiB"}, {key: "organisation_rss_mib", unit: "MiB"}, {key: "organisation_idle_ms_s", unit: "ms/s"},
		{key: "processes_submit_per_s_1", unit: "1/s"}, {key: "processes_submit_per_s_2", unit: "1/s"},
		{key: "processes_submit_p95_ms_1", unit: "ms"}, {key: "processes_submit_p95_ms_2", unit: "ms"},
		{key: "processes_submit_cpu_ms_1", unit: "ms"}, {key: "processes_submit_cpu_ms_2", unit: "ms"},
	}
}

// uploadHolds: at least 60 % of a plain write with fsync in the same run, and at
// least 250 MB/s wherever the disk itself writes as fast as that.
func uploadHolds(v float64, r *Results) bool {
	disk := r.Limits["disk_mb_s"].Value
	return disk > 0 && v >= 0.6*disk && (v >= 250 || disk < 250)
}

func find(key string) (target, bool) {
	for _, t := range targets() {
		if t.key == key {
			return t, true
		}
	}
	return target{}, false
}

func (t target) text() string {
	switch {
	case t.words != "":
		return t.words
	case t.upper:
		return fmt.Sprintf("≤ %g", t.most)
	case t.least > 0:
		return fmt.Sprintf("≥ %g", t.least)
	default:
		return ""
	}
}
