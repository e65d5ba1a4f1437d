package main

import (
	"context"
	"errors"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/hibiken/asynq"
)

// What a call may be given; each uses a part of it.
type parameters struct {
	URL          string
	Queue        string
	Count        int
	Task         string // `hold` is taken and never finished, `fail` fails at every attempt
	InSeconds    int
	MaxRetry     int
	Group        string
	Worker       string // a name for the server that is started or stopped
	Concurrency  int
	RetrySeconds int
}

type driver struct {
	redis   asynq.RedisConnOpt
	workers map[string]*worker
}

type worker struct {
	server  *asynq.Server
	release chan struct{}
}

func (d *driver) connect(given parameters) (any, error) {
	redis, err := asynq.ParseRedisURI(given.URL)
	d.redis = redis
	return nil, err
}

func (d *driver) add(given parameters) (any, error) {
	// A client remembers which queues it has told Redis of, also after Redis was emptied: each call makes its own.
	client := asynq.NewClient(d.redis)
	defer client.Close()
	options := []asynq.Option{
		asynq.Queue(given.Queue),
		asynq.MaxRetry(given.MaxRetry),
		asynq.ProcessIn(time.Duration(given.InSeconds) * time.Second),
	}
	if given.Group != "" {
		options = append(options, asynq.Group(given.Group))
	}
	for range given.Count {
		if _, err := client.Enqueue(asynq.NewTask(given.Task, nil), options...); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (d *driver) start(given parameters) (any, error) {
	release := make(chan struct{})
	server := asynq.NewServer(d.redis, asynq.Config{
		Concurrency:              given.Concurrency,
		Queues:                   map[string]int{given.Queue: 1},
		LogLevel:                 asynq.FatalLevel,
		ShutdownTimeout:          100 * time.Millisecond,
		TaskCheckInterval:        100 * time.Millisecond,
		DelayedTaskCheckInterval: 100 * time.Millisecond,
		RetryDelayFunc: func(int, error, *asynq.Task) time.Duration {
			return time.Duration(given.RetrySeconds) * time.Second
		},
	})
	err := server.Start(asynq.HandlerFunc(func(_ context.Context, task *asynq.Task) error {
		if task.Type() == "hold" {
			<-release
		}
		return errors.New("on purpose")
	}))
	d.workers[given.Worker] = &worker{server, release}
	return nil, err
}

// Ends a server as SIGTERM does: what it has taken and not finished goes back to its queue.
func (d *driver) stop(given parameters) (any, error) {
	worker, known := d.workers[given.Worker]
	if !known {
		return nil, errors.New("no such worker")
	}
	delete(d.workers, given.Worker)
	worker.server.Shutdown()
	close(worker.release)
	return nil, nil
}

// Ends this process as SIGKILL does.
func (d *driver) crash(parameters) (any, error) {
	os.Exit(1)
	return nil, nil
}

func (d *driver) pause(given parameters) (any, error) {
	return nil, d.inspect(func(inspector *asynq.Inspector) error { return inspector.PauseQueue(given.Queue) })
}

func (d *driver) resume(given parameters) (any, error) {
	return nil, d.inspect(func(inspector *asynq.Inspector) error { return inspector.UnpauseQueue(given.Queue) })
}

func (d *driver) runArchived(given parameters) (any, error) {
	return nil, d.inspect(func(inspector *asynq.Inspector) error {
		_, err := inspector.RunAllArchivedTasks(given.Queue)
		return err
	})
}

// What Asynq itself says of a queue; nothing for one that it does not know.
func (d *driver) info(given parameters) (any, error) {
	var info *asynq.QueueInfo
	err := d.inspect(func(inspector *asynq.Inspector) (err error) {
		info, err = inspector.GetQueueInfo(given.Queue)
		return err
	})
	// The inspector has an error of its own for this and does not use it here.
	if err != nil && strings.Contains(err.Error(), "does not exist") {
		return nil, nil
	}
	return info, err
}

func (d *driver) servers(parameters) (any, error) {
	queues := []map[string]int{}
	err := d.inspect(func(inspector *asynq.Inspector) error {
		servers, err := inspector.Servers()
		for _, server := range servers {
			queues = append(queues, server.Queues)
		}
		return err
	})
	return queues, err
}

func (d *driver) inspect(look func(*asynq.Inspector) error) error {
	inspector := asynq.NewInspector(d.redis)
	defer inspector.Close()
	return look(inspector)
}

func frameworkVersion() string {
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == "github.com/hibiken/asynq" {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	return "of an unknown version"
}
