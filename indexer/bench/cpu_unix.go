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
// that lets itself be asked (Linux, superuser), of its open sessions.
func spent(ctx context.Context, s *store.Store) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	total := time.Duration(u.Utime.Nano() + u.Stime.Nano())
	if s.Pool() == nil {
		return total
	}
	rows, err := s.Pool().Query(ctx, "SELECT pg_read_file('/proc/' || pid || '/stat') FROM pg_stat_activity WHERE datname = current_database()")
	if err != nil {
		return total
	}
	defer rows.Close()
	for rows.Next() {
		var stat string
		if rows.Scan(&stat) != nil {
			return total
		}
		// After the name in parentheses: state is field 3, utime 14, stime 15, in 10 ms.
		fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
		for _, i := range []int{11, 12} {
			ticks, _ := strconv.Atoi(fields[i])
			total += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return total
}
