# expect: IMP-009
import skillpod

parts = [skillpod]
parts[0].logging
