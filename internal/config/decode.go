package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"

	"github.com/go-viper/mapstructure/v2"
)

// decoder reads texts into everything that knows how to unmarshal itself:
// amounts, addresses, hashes. A TOML number is accepted where a text number is.
func decoder(into *Config) *mapstructure.DecoderConfig {
	return &mapstructure.DecoderConfig{
		Result: into, TagName: "koanf", Squash: true, WeaklyTypedInput: true,
		DecodeHook: func(from, to reflect.Type, data any) (any, error) {
			target := reflect.New(to)
			u, ok := target.Interface().(encoding.TextUnmarshaler)
			if !ok {
				return data, nil
			}
			switch data.(type) {
			case string, int64, int:
				if err := u.UnmarshalText([]byte(fmt.Sprint(data))); err != nil {
					return nil, err
				}
				return target.Elem().Interface(), nil
			}
			return data, nil
		},
	}
}

// splitList turns a comma-separated environment value into a list where the key
// holds one.
func splitList(key, value string) any {
	var list bool
	walk(reflect.ValueOf(Default()), "", func(k string, v reflect.Value) {
		list = list || k == key && v.Kind() == reflect.Slice
	})
	if !list {
		return value
	}
	if value == "" {
		return []string{}
	}
	return strings.Split(value, ",")
}
