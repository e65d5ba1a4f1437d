// Uses Asynq as an application does. One JSON object per line in, one out: see driver.ts.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

type request struct {
	ID   int             `json:"id"`
	Call string          `json:"call"`
	With json.RawMessage `json:"with"`
}

func main() {
	driver := &driver{workers: map[string]*worker{}}
	answer := json.NewEncoder(os.Stdout)
	answer.Encode(map[string]any{"ready": true, "version": "Asynq " + frameworkVersion()})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		result, err := driver.call(asked.Call, asked.With)
		if err != nil {
			answer.Encode(map[string]any{"id": asked.ID, "error": err.Error()})
		} else {
			answer.Encode(map[string]any{"id": asked.ID, "result": result})
		}
	}
}

func (d *driver) call(name string, with json.RawMessage) (any, error) {
	calls := map[string]func(parameters) (any, error){
		"connect":     d.connect,
		"add":         d.add,
		"start":       d.start,
		"stop":        d.stop,
		"crash":       d.crash,
		"pause":       d.pause,
		"resume":      d.resume,
		"runArchived": d.runArchived,
		"info":        d.info,
		"servers":     d.servers,
	}
	call, known := calls[name]
	if !known {
		return nil, errors.New("no such call")
	}
	var given parameters
	if err := json.Unmarshal(with, &given); err != nil {
		return nil, err
	}
	return call(given)
}
