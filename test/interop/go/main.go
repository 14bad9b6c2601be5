// Reads messages in a group, writes each to another topic, and commits both as one, with franz-go's session for that; aborts
// every third round and reads it again. Ends when so many messages were committed. Prints how many rounds were committed and aborted.
//
// Arguments: bootstrap servers, topic to read, topic to write, group id (and transactional id), messages.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	if err := transform(os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func transform(servers, from, to, id, messages string) error {
	wanted, err := strconv.Atoi(messages)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	session, err := kgo.NewGroupTransactSession(
		kgo.SeedBrokers(servers),
		kgo.DefaultProduceTopic(to),
		kgo.TransactionalID(id),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumerGroup(id),
		kgo.ConsumeTopics(from),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.RequireStableFetchOffsets(),
	)
	if err != nil {
		return err
	}
	defer session.Close()
	done, commits, aborts := 0, 0, 0
	for round := 0; done < wanted; {
		fetches := session.PollRecords(ctx, 20)
		if err := fetches.Err(); err != nil {
			return fmt.Errorf("polling: %w", err)
		}
		if fetches.NumRecords() == 0 {
			continue
		}
		committed, err := pass(ctx, session, fetches, round%3 != 2)
		if err != nil {
			return err
		}
		round++
		if committed {
			commits++
			done += fetches.NumRecords()
		} else {
			aborts++
		}
	}
	fmt.Printf("commits %d aborts %d\n", commits, aborts)
	return nil
}

func pass(ctx context.Context, session *kgo.GroupTransactSession, fetches kgo.Fetches, commit bool) (bool, error) {
	if err := session.Begin(); err != nil {
		return false, fmt.Errorf("beginning: %w", err)
	}
	failed := kgo.AbortingFirstErrPromise(session.Client())
	fetches.EachRecord(func(record *kgo.Record) {
		out := &kgo.Record{Key: record.Key, Value: append(append([]byte{}, record.Value...), '!')}
		session.Produce(ctx, out, failed.Promise())
	})
	if err := failed.Err(); err != nil {
		return false, fmt.Errorf("producing: %w", err)
	}
	committed, err := session.End(ctx, kgo.TransactionEndTry(commit))
	if err != nil {
		return false, fmt.Errorf("ending: %w", err)
	}
	return committed, nil
}
