//go:build unix

package bench

import (
	"context"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/dgrid-network/dgrid/store"
)

// spent is the processor time of this process and, where the database is a server
// that lets itself be asked (Linux, superuser), of that whole server: its sessions,
// what works for them, such as the parallel makers of an index, and those that ended.
func spent(ctx context.Context, s *store.Store) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	total := time.Duration(u.Utime.Nano() + u.Stime.Nano())
	if s.Pool() == nil {
		return total
	}
	// Who ends goes over from its own row to the server's count of ended ones.
	rows, err := s.Pool().Query(ctx, `WITH server AS (SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1) AS pid)
		SELECT pg_read_file('/proc/' || pid || '/stat'), true FROM server UNION ALL
		SELECT stat, false FROM server, pg_ls_dir('/proc') AS child,
			LATERAL (SELECT pg_read_file('/proc/' || child || '/stat', 0, 4096, true) AS stat) AS one
		WHERE child ~ '^[0-9]+$' AND stat ~ ('^[0-9]+ \(.*\) . ' || pid || ' ')`)
	if err != nil {
		return total
	}
	defer rows.Close()
	for rows.Next() {
		var stat string
		var server bool
		if rows.Scan(&stat, &server) != nil {
			return total
		}
		// After the name in parentheses: state is field 3, utime 14, stime 15, those of
		// ended children 16 and 17, in 10 ms.
		fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
		count := fields[11:13]
		if server {
			count = fields[11:15]
		}
		for _, field := range count {
			ticks, _ := strconv.Atoi(field)
			total += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return total
}
