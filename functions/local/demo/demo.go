// Package demo is a made-up street on a made-up bank of a river: its boundaries, services, roster, reports and sign-ins. Nothing in it
// is real; people are named by their roles. It is loaded over HTTP, as an administrator would load a real street.
package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/local/client"
	"github.com/weige/weige/functions/local/issuer"
)

// Jurisdiction is the street's code.
const Jurisdiction = "demo"

// Administrator is the person who may do everything in the demo.
const Administrator = "administrator"

// Roles lists who can sign in to the demo.
func Roles() []issuer.DemoRole {
	grid := gridCodes()[shownGrid-1]
	community := grid[:communityDigits]
	number, _ := strconv.Atoi(community[len(streetCode):])
	return []issuer.DemoRole{
		{Person: "street-dispatcher", Name: issuer.Text{ZH: "街道调度员（整条街道）", EN: "Street dispatcher (the whole street)"}, Grants: []string{"dispatcher@" + Jurisdiction}},
		{Person: "community-dispatcher", Name: issuer.Text{ZH: communities[number-1] + "社区调度员", EN: fmt.Sprintf("Dispatcher of community %d only", number)},
			Grants: []string{"dispatcher@" + Jurisdiction + ":" + community}},
		{Person: gridLeader(shownGrid), Name: issuer.Text{ZH: "第" + chineseNumber(shownGrid) + "网格网格长", EN: fmt.Sprintf("Leader of grid %d", shownGrid)},
			Grants: []string{"member@" + Jurisdiction + ":" + grid}},
		{Person: "boundary-editor", Name: issuer.Text{ZH: "网格边界编辑员", EN: "Boundary editor"}, Grants: []string{"editor@" + Jurisdiction}},
		{Person: Administrator, Name: issuer.Text{ZH: "系统管理员", EN: "Administrator"}, Grants: []string{"administrator@*"}},
	}
}

// shownGrid is the grid whose leader can sign in.
const shownGrid = 6

// once is how long after its first import the demo is still completed. Idempotency keys are kept for longer than that: a report filed
// under one that has expired would be a second report.
const once = 20 * 24 * time.Hour

// Load brings the demo to a running server whose administrator the client speaks for; say is told of each step. What is there already
// stays as it is, with whatever people have done to it since: a second call, or one after a call that was cut short, adds only what is
// missing. now decides who is away.
func Load(ctx context.Context, c *client.Client, now time.Time, say func(string)) error {
	there, err := c.Exists(ctx, Jurisdiction)
	if err != nil {
		return err
	}
	if !there {
		if err := setUp(ctx, c, say); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	if err := loadRoster(ctx, c, now, say); err != nil {
		return fmt.Errorf("demo: roster: %w", err)
	}
	if err := loadRules(ctx, c, say); err != nil {
		return fmt.Errorf("demo: rules: %w", err)
	}
	if err := loadGazetteer(ctx, c, say); err != nil {
		return fmt.Errorf("demo: addresses: %w", err)
	}
	var sets api.BoundarySets
	if _, err := c.Do(ctx, http.MethodGet, "/v1/"+Jurisdiction+"/boundary-sets", nil, &sets); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	for _, s := range sets.Sets {
		if now.Sub(s.CreatedAt) > once {
			say("is here")
			return nil
		}
	}
	filed, err := file(ctx, c)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if filed == 0 {
		say("is here")
	} else {
		say(fmt.Sprintf("%d reports are filed", filed))
	}
	return nil
}

func setUp(ctx context.Context, c *client.Client, say func(string)) error {
	street, err := street()
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := street.WriteGeoJSON(&file); err != nil {
		return err
	}
	return c.SetUp(ctx, client.Setup{Jurisdiction: Jurisdiction, Settings: settings(), Boundaries: file.Bytes(), Mapping: mapping(street)}, say)
}

func loadRoster(ctx context.Context, c *client.Client, now time.Time, say func(string)) error {
	path := "/v1/" + Jurisdiction + "/roster"
	var there api.Roster
	if _, err := c.Do(ctx, http.MethodGet, path, nil, &there); err != nil || there.Version != "" {
		return err
	}
	street, err := street()
	if err != nil {
		return err
	}
	file, err := roster(street, now)
	if err != nil {
		return err
	}
	if _, err := c.Do(ctx, http.MethodPut, path, file, nil); err != nil {
		return err
	}
	say("the roster is in force")
	return nil
}

func loadRules(ctx context.Context, c *client.Client, say func(string)) error {
	path := "/v1/" + Jurisdiction + "/routing-rules"
	var there api.RoutingRules
	if _, err := c.Do(ctx, http.MethodGet, path, nil, &there); err != nil || there.Version != "" {
		return err
	}
	if _, err := c.Do(ctx, http.MethodPut, path, api.RoutingRulesInput{Rules: rules()}, nil); err != nil {
		return err
	}
	say("the routing rules are in force")
	return nil
}

// atATime is how many reports are on their way at once.
const atATime = 8

// file files the reports and gives how many were not there yet.
func file(ctx context.Context, c *client.Client) (filed int, err error) {
	list, err := reports()
	if err != nil {
		return 0, err
	}
	var wait sync.WaitGroup
	var mu sync.Mutex
	slots := make(chan struct{}, atATime)
	for i, r := range list {
		slots <- struct{}{}
		wait.Go(func() {
			repeated, errOne := fileOne(ctx, c, fmt.Sprintf("demo-report-%03d", i+1), r)
			mu.Lock()
			if errOne != nil {
				err = errOne
			} else if !repeated {
				filed++
			}
			mu.Unlock()
			<-slots
		})
	}
	wait.Wait()
	return filed, err
}

// fileOne files a report and tells whether it was there already. A key that stands for another report is one of an earlier edition of
// this demo, which has the place of this one.
func fileOne(ctx context.Context, c *client.Client, key string, r api.ReportInput) (there bool, err error) {
	_, there, err = c.File(ctx, Jurisdiction, key, r)
	var refusal *client.Refusal
	if errors.As(err, &refusal) && refusal.Answer.Code == string(fault.KeyReused) {
		return true, nil
	}
	return there, err
}
