# expect: REF-006
import skillpod

parts = [skillpod]
parts[0].logging
